/** Colours from dark to bright, of matplotlib's viridis (CC0), in sixteen steps. */
const viridis = [
  0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b, 0x22a884,
  0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
];
const grey = [0x000000, 0xffffff];

const colours = { viridis, grey } as const;

export type ColourMap = keyof typeof colours;

export const colourMaps = Object.keys(colours) as readonly ColourMap[];

/** 256 colours, three bytes each. */
export function palette(name: ColourMap): Uint8Array {
  const steps = colours[name];
  const bytes = new Uint8Array(768);
  for (let index = 0; index < 256; index++) {
    const place = (index / 255) * (steps.length - 1);
    const below = Math.min(steps.length - 2, Math.floor(place));
    for (let part = 0; part < 3; part++) {
      const shift = 16 - 8 * part;
      const from = ((steps[below] as number) >> shift) & 0xff;
      const to = ((steps[below + 1] as number) >> shift) & 0xff;
      bytes[3 * index + part] = Math.round(from + (to - from) * (place - below));
    }
  }
  return bytes;
}
