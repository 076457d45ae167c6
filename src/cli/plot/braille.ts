/** Bits of the eight dots of a braille character, by row and column. */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** One character of a canvas; `colour` is undefined where nothing is drawn. */
export interface CanvasCell {
  readonly text: string;
  readonly colour: number | undefined;
}

/** A canvas of dots, two by four in each character of the terminal. */
export class Braille {
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #dots: Uint8Array;
  readonly #colours: Int8Array;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.width = 2 * columns;
    this.height = 4 * rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#colours = new Int8Array(columns * rows).fill(-1);
  }

  /** Sets a dot; 0, 0 is at the top left. Outside nothing happens. */
  dot(x: number, y: number, colour: number): void {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return;
    const cell = (y >> 2) * this.#columns + (x >> 1);
    this.#dots[cell] = (this.#dots[cell] ?? 0) | (bits[y & 3]?.[x & 1] ?? 0);
    this.#colours[cell] = colour;
  }

  /** Sets the dots on the straight way between two of them, both included. */
  line(x0: number, y0: number, x1: number, y1: number, colour: number): void {
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let i = 0; i <= steps; i++) {
      this.dot(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps), colour);
    }
  }

  /** The characters of each row. */
  rows(): CanvasCell[][] {
    return Array.from({ length: this.height / 4 }, (_, row) =>
      Array.from({ length: this.#columns }, (_, column): CanvasCell => {
        const cell = row * this.#columns + column;
        const dots = this.#dots[cell] ?? 0;
        return dots === 0
          ? { text: ' ', colour: undefined }
          : { text: String.fromCharCode(0x2800 + dots), colour: this.#colours[cell] };
      }),
    );
  }
}
