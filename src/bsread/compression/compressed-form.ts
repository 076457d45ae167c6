export type Compression = 'lz4' | 'bitshuffle_lz4';

export type ByteOrder = 'little' | 'big';

/** What the header of a channel says about its compressed values. */
export interface CompressedForm {
  readonly compression: Compression;
  /** Bytes of an element: 1, 2, 4 and 8 are fast. Strings, headers and bool have 1. */
  readonly elementBytes: number;
  /** Only the length that lz4 begins with depends on it; values keep the order they came in. */
  readonly byteOrder: ByteOrder;
  /** Bytes of the plain value where type and shape tell; else the length in the frame is believed, up to `maxBytes`. */
  readonly sizeBytes?: number | undefined;
  /** The most bytes that a plain value may have; 256 MiB unless told. */
  readonly maxBytes?: number | undefined;
}

export const defaultMaxBytes = 256 * 2 ** 20;

/** LZ4's best: each further byte of a match length stands for 255 bytes. */
export const mostPerByte = 255;
