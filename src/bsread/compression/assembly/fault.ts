/** Why a block is no good; wasm-kernel.ts has the words. */
export enum Fault {
  none,
  ended,
  tooMuch,
  tooLittle,
  offset,
}
