import { type Dialect, isErrorCode, type Reply } from '../../control/client/index.ts';
import { AlidadeError, type ErrorCode } from '../../shared/errors.ts';
import { printable, type Terminal } from '../terminal.ts';
import { payloadJson, pythonRepr } from './payload-text.ts';

/** What was asked, in the words of the command line: `peaches`, and the values behind it. */
export interface Asked {
  readonly target: string;
  readonly texts: readonly string[];
  /** The dialect in which it was asked, where that was said. */
  readonly wire?: Dialect | undefined;
}

/**
 * The line of dragonfly: `peaches->1.5(ret:0): {'value_raw': '1.5'}`. The tool of v2 also names the service that
 * answered.
 */
export function replyLine({ target, texts, wire = 'v3' }: Asked, reply: Reply): string {
  const service = wire === 'v2' ? ` [${reply.sender.serviceName}]->` : '';
  const asked = [target, ...texts].join('->');
  return printable(`${asked}(ret:${reply.code}):${service} ${pythonRepr(reply.exactPayload)}`);
}

/** Only the value, as people read it: what is calibrated before what is raw. */
export function prettyValue({ exactPayload: payload }: Reply): string {
  const members = payload instanceof Map ? payload : new Map();
  const value = members.get('value_cal') ?? members.get('value_raw') ?? payload;
  return printable(typeof value === 'string' ? value : pythonRepr(value));
}

export function replyJson({ target, texts }: Asked, reply: Reply): string {
  const { code, message, sender, timestamp, dialect, exactPayload } = reply;
  const head = JSON.stringify({ target, values: texts, code, message });
  const tail = JSON.stringify({ service: sender.serviceName, timestamp, wire: dialect });
  return `${head.slice(0, -1)},"payload":${payloadJson(exactPayload)},${tail.slice(1)}`;
}

/** Codes of replies that have an exit status of their own. */
const codes: Readonly<Record<number, ErrorCode>> = {
  102: 'ALI_BUS_UNROUTABLE',
  302: 'ALI_REPLY_INVALID',
  303: 'ALI_REPLY_INVALID',
  304: 'ALI_REPLY_INVALID',
  305: 'ALI_TIMEOUT',
  306: 'ALI_REPLY_INVALID',
  307: 'ALI_REPLY_REFUSED',
  308: 'ALI_REPLY_INVALID',
  309: 'ALI_REPLY_INVALID',
  310: 'ALI_REPLY_INVALID',
  403: 'ALI_BUS_UNROUTABLE',
  404: 'ALI_TIMEOUT',
};

/** The error that a reply stands for; undefined where what was asked for was done. */
export function failureIn(target: string, { code, message }: Reply): AlidadeError | undefined {
  if (!isErrorCode(code)) return undefined;
  const said = message === '' ? 'without a word' : message;
  return new AlidadeError(codes[code] ?? 'ALI_REPLY_FAILED', `${target} answered ${code}: ${said}`);
}

/** Red where it failed, on a terminal with colours. */
export function coloured(line: string, isError: boolean, { stdout, environment }: Terminal): string {
  const hasColours = stdout.isTTY === true && (environment.NO_COLOR ?? '') === '';
  return isError && hasColours ? `\x1b[91m${line}\x1b[0m` : line;
}
