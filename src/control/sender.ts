import { hostname, userInfo } from 'node:os';
import { ownVersion } from '../shared/version.ts';
import type { SenderInfo } from './message.ts';

function ownUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** What our messages say of who sent them. `dripline` is the version of the wire that we speak. */
export function ownSender(serviceName: string): SenderInfo {
  return {
    exe: process.argv[1] ?? process.execPath,
    hostname: hostname(),
    username: ownUser(),
    serviceName,
    versions: { alidade: { package: 'alidade', version: ownVersion }, dripline: { version: '3.0.0' } },
  };
}
