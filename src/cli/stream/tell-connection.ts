import type { ConnectionNews } from '../../bsread/index.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Says on standard error when a sender is not there, and when it is back; of one that is there at once, nothing. */
export function tellConnection(address: string, terminal: Terminal): (news: ConnectionNews) => void {
  return ({ kind, text }) => {
    if (kind !== 'connected') terminal.stderr.write(`alidade: ${printable(`${address}: ${text}`)}\n`);
  };
}
