/** NumPy's shape of a scalar. */
export const scalarShape: readonly number[] = [];

export function itemCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * NumPy's shape of a value of so many items (one or more) of a channel. As in the reference, `[1]` and a shape left open
 * take any number of items, and -1 takes what the other dimensions leave.
 *
 * @returns undefined when the items do not fill the shape
 */
export function shapeOfValue(
  numpyShape: readonly number[] | undefined,
  items: number,
  isCollapsing: boolean,
): readonly number[] | undefined {
  if (numpyShape === undefined || numpyShape === scalarShape) return items === 1 ? scalarShape : [items];
  const shape = numpyShape.includes(-1) ? filled(numpyShape, items) : numpyShape;
  if (shape === undefined || itemCount(shape) !== items) return undefined;
  return isCollapsing && shape[0] === 1 ? shape.slice(1) : shape;
}

function filled(shape: readonly number[], items: number): readonly number[] | undefined {
  const open = items / -itemCount(shape);
  return Number.isSafeInteger(open) ? shape.map((size) => (size === -1 ? open : size)) : undefined;
}
