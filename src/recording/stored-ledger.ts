import type { Dataset, Group } from '../hdf5/index.ts';
import type { Ledger } from './ledger.ts';
import type { RecordedChannel } from './recorded-channel.ts';
import type { RecordingFile } from './recording-file.ts';
import { textWithoutNul } from './text.ts';

/** More gaps are counted, but not listed. */
const mostGaps = 1_000_000;

/**
 * The ledger in the file: a line of running sums with each commit, so that a file whose writer was killed tells too; the
 * gaps; and, when it is closed, the sums of all, and of each channel what it got, with checksums.
 */
export class StoredLedger {
  readonly #own: Group;
  readonly #lines: Readonly<Record<'time' | 'received' | 'written', Dataset>>;
  readonly #gaps: Readonly<Record<'after_pulse_id' | 'before_pulse_id', Dataset>>;

  constructor(own: Group) {
    this.#own = own;
    const lines = own.group('ledger');
    const chunkRows = 512;
    this.#lines = {
      time: lines.dataset('time', { type: 'int64', chunkRows, attributes: { units: 'ns' } }),
      received: lines.dataset('received', { type: 'uint64', chunkRows }),
      written: lines.dataset('written', { type: 'uint64', chunkRows }),
    };
    const gaps = own.group('gaps');
    this.#gaps = {
      after_pulse_id: gaps.dataset('after_pulse_id', { type: 'int64', chunkRows }),
      before_pulse_id: gaps.dataset('before_pulse_id', { type: 'int64', chunkRows }),
    };
  }

  /** A line, for the rows that go to the disk with it. */
  addLine(ledger: Ledger, nowMs: number): void {
    this.#lines.time.append(BigInt(Math.round(nowMs)) * 1_000_000n);
    this.#lines.received.append(BigInt(ledger.received));
    this.#lines.written.append(BigInt(ledger.written));
    for (const { afterPulseId, beforePulseId } of ledger.takeGaps()) {
      if (this.#gaps.after_pulse_id.rows === mostGaps) break;
      this.#gaps.after_pulse_id.append(BigInt.asIntN(64, afterPulseId));
      this.#gaps.before_pulse_id.append(BigInt.asIntN(64, beforePulseId));
    }
  }

  /** The sums, last of all. */
  finish(ledger: Ledger, file: RecordingFile, ending: string): void {
    const own = this.#own;
    const { channels, lostValues, unverified, pulseIdChecksum } = file;
    own.attribute('received', BigInt(ledger.received), { type: 'uint64' });
    own.attribute('written', BigInt(ledger.written), { type: 'uint64' });
    const dropped = Object.entries(ledger.dropped);
    own.fixed(
      'dropped_reasons',
      dropped.map(([reason]) => reason),
      { type: 'string' },
    );
    own.fixed(
      'dropped_messages',
      dropped.map(([, count]) => BigInt(count)),
      { type: 'uint64' },
    );
    if (ledger.firstPulseId !== undefined && ledger.lastPulseId !== undefined) {
      own.attribute('first_pulse_id', BigInt.asIntN(64, ledger.firstPulseId));
      own.attribute('last_pulse_id', BigInt.asIntN(64, ledger.lastPulseId));
    }
    own.attribute('pulse_step', ledger.pulseStep ?? 0n, { type: 'uint64' });
    own.attribute('gaps', BigInt(ledger.gapCount), { type: 'uint64' });
    own.attribute('missing_pulses', BigInt.asUintN(64, ledger.missingPulses), { type: 'uint64' });
    own.attribute('repeated_pulses', BigInt(ledger.repeatedPulses), { type: 'uint64' });
    own.attribute('backward_pulses', BigInt(ledger.backwardPulses), { type: 'uint64' });
    own.attribute('repeated_values', BigInt(lostValues.repeated), { type: 'uint64' });
    own.attribute('unrecorded_channels', BigInt(lostValues['too-many-channels']), { type: 'uint64' });
    own.attribute('unverified_values', BigInt(unverified), { type: 'uint64' });
    own.attribute('pulse_id_crc32', pulseIdChecksum, { type: 'uint32' });
    this.#addChannels(channels);
    own.attribute('ending', ending);
  }

  #addChannels(channels: readonly RecordedChannel[]): void {
    const table = this.#own.group('channels');
    const text = (name: string, of: (channel: RecordedChannel) => string) =>
      table.fixed(name, channels.map(of), { type: 'string' });
    const count = (name: string, of: (channel: RecordedChannel) => number) =>
      table.fixed(
        name,
        channels.map((channel) => BigInt(of(channel))),
        { type: 'uint64' },
      );
    const checksum = (name: string, of: (channel: RecordedChannel) => number) =>
      table.fixed(name, Uint32Array.from(channels, of));
    text('group', ({ group }) => group.path.slice(group.path.lastIndexOf('/') + 1));
    count('present', ({ presentRows }) => presentRows);
    count('undecodable', ({ lost }) => lost.get('undecodable') ?? 0);
    count('too_large', ({ lost }) => lost.get('too-large') ?? 0);
    count('beyond_changes', ({ lost }) => lost.get('too-many-changes') ?? 0);
    text('fault', ({ fault = '' }) => textWithoutNul(fault));
    checksum('is_data_present_crc32', ({ present }) => present.checksum);
    checksum('timestamp_crc32', ({ timestamps }) => timestamps.checksum);
    checksum('data_crc32', ({ values }) => values.checksum);
    const superseded = channels.flatMap(({ group, superseded: before }) =>
      before.map(({ checksum: crc }, i) => ({
        path: `${group.path.slice('/data/'.length)}/data(${i + 1})`,
        crc,
      })),
    );
    table.fixed(
      'superseded',
      superseded.map(({ path }) => path),
      { type: 'string' },
    );
    table.fixed(
      'superseded_crc32',
      Uint32Array.from(superseded, ({ crc }) => crc),
    );
  }
}
