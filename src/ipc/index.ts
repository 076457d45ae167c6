/**
 * How processes of one machine find and wake each other, with no server between them. A process that is there listens on
 * a unix socket of its own in the runtime folder of what it shares with the others (a store, a bus). Whoever has news for
 * a store rings at every socket there; those of a bus stay connected, each with each ({@link Mesh}). A killed process
 * leaves a socket that refuses connections: the next one to call removes it.
 */

export { ByteReader } from './byte-reader.ts';
export { ByteWriter } from './byte-writer.ts';
export { type Doorbell, openDoorbell } from './doorbell.ts';
export { FrameWriter } from './frame.ts';
export { firstKind, Mesh, type MeshHandler } from './mesh.ts';
export { Peer, pidOf } from './peer.ts';
export { presentIn } from './present.ts';
export { Ringer } from './ringer.ts';
export { makeRuntimeFolder, runtimeFolder } from './runtime-folder.ts';
export { defaultFolder, isFolder, makeFolder } from './shared-folder.ts';
