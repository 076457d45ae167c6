/** Below, memory is had faster than it is given back; and small frames share theirs. */
const leastBytes = 16 * 1024;

/**
 * Frees the memory of an array at once, where it is large and the array alone has it. Whoever still has the array finds
 * it empty.
 */
export function releaseMemory({ buffer, byteLength }: ArrayBufferView): void {
  if (byteLength < leastBytes || byteLength < buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}
