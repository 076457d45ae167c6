/**
 * How processes of one machine find and wake each other, with no server between them. A process that wants to be woken
 * listens on a unix socket of its own in the runtime folder of what it shares with the others (a store, a bus); whoever
 * has news rings at every socket there. A killed process leaves a socket that refuses connections: the next one to ring
 * removes it.
 */
export { type Doorbell, openDoorbell } from './doorbell.ts';
export { doorbellsOf, Ringer } from './ringer.ts';
export { makeRuntimeFolder, runtimeFolder } from './runtime-folder.ts';
