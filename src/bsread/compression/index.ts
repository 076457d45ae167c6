import { AlidadeError } from '../../shared/errors.ts';

/** What a channel's header says about its compressed values; of headers and text `elementBytes` is 1. */
export interface CompressedForm {
  readonly compression: 'lz4' | 'bitshuffle_lz4';
  readonly elementBytes: number;
  readonly byteOrder: 'little' | 'big';
  /** The plain size, where type and shape tell it. */
  readonly sizeBytes?: number | undefined;
  /** The most plain bytes where they do not. */
  readonly maxBytes?: number | undefined;
}

/** @throws ALI_DECODE with the reason */
export function decompress(_frame: Uint8Array, form: CompressedForm, _target?: Uint8Array): Uint8Array {
  throw new AlidadeError('ALI_DECODE', `${form.compression} is not decompressed yet`);
}

export function compress(_bytes: Uint8Array, form: CompressedForm): Uint8Array {
  throw new AlidadeError('ALI_ENCODE', `${form.compression} is not compressed yet`);
}
