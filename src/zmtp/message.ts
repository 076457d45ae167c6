/**
 * A received message: its frames, at least one.
 *
 * Frames are views of the memory that the bytes arrived in, without a copy. That memory is never written to again, so a
 * frame may be kept for as long as it is wanted. A small frame that is kept keeps the up to 64 KiB that it came with:
 * copy it (`new Uint8Array(frame)`) where many small ones are kept for long.
 */
export type Message = readonly Uint8Array[];

/** One frame to send. Text is sent as UTF-8. */
export type Frame = Uint8Array | string;

/** A message to send: one frame, or all its frames. */
export type Frames = Frame | readonly Frame[];
