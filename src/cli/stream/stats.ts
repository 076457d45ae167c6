import type { Command } from 'commander';
import type { Analysis } from '../../bsread/index.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { grouped } from '../up/words.ts';
import { type SourceVerbOptions, withSource, withSourceOptions } from './source.ts';

const help = `
Without -n and --for it watches for ten seconds. Nothing is decoded, so a stream that has problems only when it is fast can
be looked at too.`;

/** Without another end. */
const watchMs = 10_000;

export function defineStats(stream: Command, terminal: Terminal): void {
  withSourceOptions(
    stream
      .command('stats')
      .description(
        'watch a stream for a while: rate, gaps, duplicates, missing values, header changes, clock jumps',
      )
      .argument('<address>', 'where the sender is'),
  )
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade stream stats 9999 --for 1m', 'alidade stream stats 9999 --json'))
    .action((address: string, options: SourceVerbOptions) => stats(address, options, terminal));
}

async function stats(address: string, options: SourceVerbOptions, terminal: Terminal): Promise<void> {
  const { Analyzer, jsonText } = await import('../../bsread/index.ts');
  const isBounded = options.n !== undefined || options.for !== undefined;
  const bounded = isBounded ? options : { ...options, for: watchMs };
  const { analysis, dropped } = await withSource(address, bounded, terminal, async ({ source, messages }) => {
    const analyzer = new Analyzer();
    for await (const message of messages) analyzer.see(message);
    return { analysis: analyzer.status(), dropped: source.statistics().dropped };
  });
  if (options.json === true) return printLine(terminal, jsonText({ ...analysis, dropped }));
  for (const line of linesOf(analysis, dropped)) await printLine(terminal, printable(line));
}

/** What a stream is like, in lines. */
export function linesOf(analysis: Analysis, dropped: Readonly<Record<string, number>>): string[] {
  const { messages, messagesPerSecond, bytesPerSecond, firstPulseId, lastPulseId, step } = analysis;
  const undecodable = Object.entries(dropped).filter(([, count]) => count > 0);
  return [
    `messages        ${grouped(messages)}, ${messagesPerSecond.toFixed(1)}/s, ${bytesText(bytesPerSecond)}/s`,
    `pulses          ${firstPulseId ?? '-'} to ${lastPulseId ?? '-'}${step === undefined || step === 1 ? '' : `, every ${step}`}`,
    `missing pulses  ${grouped(analysis.missingPulses)} in ${grouped(analysis.gaps)} gaps`,
    `duplicates      ${grouped(analysis.duplicates)}`,
    `reordered       ${grouped(analysis.reordered)}`,
    `restarts        ${grouped(analysis.restarts)}`,
    `channels        ${grouped(analysis.channels)}, ${grouped(analysis.missingValues)} values missing`,
    ...Object.entries(analysis.missingByChannel).map(([name, count]) => `  ${name}  ${grouped(count)}`),
    `header changes  ${grouped(analysis.headerChanges)}`,
    `clock jumps     ${grouped(analysis.clockJumps)}`,
    `undecodable     ${undecodable.map(([reason, count]) => `${reason} ${count}`).join(', ') || '0'}`,
  ];
}

/** `16.4 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
