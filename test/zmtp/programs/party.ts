/**
 * One socket in a process of its own, which does what it is told: `party.ts SIDE ROLE OPTIONS`. Each line of standard
 * input is a request, each line of output its answer; requests are done one after the other. After `close` the process
 * ends by itself, since nothing keeps it.
 */
import { createInterface } from 'node:readline';
import { framesOf, numbered, summaryOf } from '../peers/message.ts';
import { openParty, type PartyOptions, type Role, type Side } from '../peers/party.ts';
import type { Request } from '../peers/remote-party.ts';

const [side, role, options = '{}'] = process.argv.slice(2);
const party = openParty(side as Side, role as Role, JSON.parse(options) as PartyOptions);

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'bind':
      return party.bind(request.endpoint);
    case 'connect':
      return party.connect(request.endpoint);
    case 'subscribe':
      return party.subscribe(request.prefix);
    case 'send':
      for (const message of request.messages) await party.send(framesOf(message));
      return null;
    case 'receive': {
      const summaries: string[] = [];
      while (summaries.length < request.count) summaries.push(summaryOf(await party.receive()));
      return summaries;
    }
    case 'stream':
      void stream(request.sizesBytes);
      return null;
    case 'close':
      return party.close(request.lingerMs);
  }
}

/** Sends numbered messages without end. */
async function stream(sizesBytes: readonly number[]): Promise<void> {
  for (let i = 0; ; i++) {
    await party.send(numbered(i, sizesBytes));
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const request = JSON.parse(line) as Request;
  process.stdout.write(`${JSON.stringify({ answer: (await answer(request)) ?? null })}\n`);
  if (request.do === 'close') break;
}
process.stdin.destroy();
