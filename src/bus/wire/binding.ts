/** A binding with the name of its exchange, which programs may choose. */
export interface WireBinding {
  readonly exchange: string;
  readonly key: string;
}
