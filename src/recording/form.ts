import type { ChannelDefinition, ChannelType } from '../bsread/index.ts';
import type { TypeName } from '../hdf5/index.ts';

/** What the rows of a dataset are: a channel that changes its form goes on in a new dataset. */
export interface Form {
  /** Two forms are the same when their keys are. */
  readonly key: string;
  readonly type: ChannelType;
  /** As HDF5 has it, slowest first: `[1]` of a scalar, none of text. */
  readonly rowShape: readonly number[];
  readonly itemBytes: number;
  /** 0 of text. */
  readonly rowBytes: number;
}

/** Of a channel whose type or shape is not known yet. */
export const unknownForm: Form = formOf('float64', [1], 8);

export function formOf(type: ChannelType, rowShape: readonly number[], itemBytes: number): Form {
  const isText = type === 'string';
  const shape = isText ? [] : rowShape;
  const rowBytes = isText ? 0 : shape.reduce((product, size) => product * size, itemBytes);
  return { key: `${type}[${shape}]`, type, rowShape: shape, itemBytes, rowBytes };
}

/** The form that a definition declares; undefined where only a value can tell. */
export function declaredForm({ type, numpyShape, itemBytes, fault }: ChannelDefinition): Form | undefined {
  if (type === undefined || fault !== undefined) return undefined;
  const shape = numpyShape === undefined || numpyShape.length === 0 ? [1] : numpyShape;
  if (shape.some((size) => size < 1)) return undefined;
  return formOf(type, shape, itemBytes);
}

/**
 * The form of a value of so many items. As the reference decodes them, a scalar and an open shape take any number of
 * items.
 *
 * @returns undefined when the items do not fill the shape
 */
export function formOfValue(definition: ChannelDefinition, items: number): Form | undefined {
  const { type, numpyShape, itemBytes, fault } = definition;
  if (type === undefined || fault !== undefined) return undefined;
  if (numpyShape === undefined || numpyShape.length === 0) return formOf(type, [items], itemBytes);
  const known = numpyShape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const shape = numpyShape.map((size) => (size === -1 ? items / known : size));
  if (shape.reduce((product, size) => product * size, 1) !== items) return undefined;
  return formOf(type, shape, itemBytes);
}

/** The type of a dataset that takes the bytes of a channel as they are. */
export function datasetType(type: ChannelType, isBigEndian: boolean): TypeName {
  if (!isBigEndian) return type;
  switch (type) {
    case 'string':
    case 'bool':
    case 'int8':
    case 'uint8':
      return type;
    default:
      return `${type}be`;
  }
}
