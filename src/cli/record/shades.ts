/** An image as characters, the brighter the greater the value. */
const shades = [' ', '░', '▒', '▓', '█'];

/** Rows of numbers, from the top. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** The least and greatest number that is finite; both 0 where there is none. */
export function rangeOf({ values }: Image): Range {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? { least: 0, most: 0 } : { least, most };
}

/** Where each value lies between the least and the most, as 0 to 255. What is not a number is 0. */
export function levelsOf({ values }: Image, { least, most }: Range): Uint8Array {
  const factor = most > least ? 255 / (most - least) : 0;
  return Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.round((value - least) * factor) : 0,
  );
}

/** An image in at most so many characters; of the values behind a character the greatest counts, so no peak is lost. */
export function shadeLines(image: Image, columns: number, rows: number): string[] {
  const levels = levelsOf(image, rangeOf(image));
  const width = Math.min(columns, image.width);
  const height = Math.min(rows, image.height);
  const cells = new Uint8Array(width * height);
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor((y * height) / image.height) * width;
    for (let x = 0; x < image.width; x++) {
      const cell = row + Math.floor((x * width) / image.width);
      const level = levels[y * image.width + x] as number;
      if (level > (cells[cell] as number)) cells[cell] = level;
    }
  }
  return Array.from({ length: height }, (_, y) =>
    Array.from(
      cells.subarray(y * width, (y + 1) * width),
      (level) => shades[Math.round((level / 255) * 4)],
    ).join(''),
  );
}
