import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import type { SenderInfo } from './message.ts';

const ownVersion = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

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
