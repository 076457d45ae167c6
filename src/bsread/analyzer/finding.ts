/** What an analyzer saw in a stream that should not be, or that somebody may want to know. */
export type Finding =
  /** Pulses between these two did not come. */
  | {
      readonly kind: 'gap';
      readonly afterPulseId: bigint;
      readonly pulseId: bigint;
      readonly missingPulses: number;
    }
  /** This pulse came before. */
  | { readonly kind: 'duplicate'; readonly pulseId: bigint }
  /** This pulse came after a later one. */
  | { readonly kind: 'reordered'; readonly pulseId: bigint; readonly afterPulseId: bigint }
  /** Pulses are counted from somewhere else now: the source was started again. */
  | { readonly kind: 'restart'; readonly pulseId: bigint; readonly afterPulseId: bigint }
  /** Channels had no value in a pulse in which they should have one. */
  | { readonly kind: 'missing-channel'; readonly pulseId: bigint; readonly channels: readonly string[] }
  | {
      readonly kind: 'header-change';
      readonly pulseId: bigint;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Of another type, shape, encoding or compression. */
      readonly changed: readonly string[];
    }
  /** The time of the source went another way than ours, by so much. */
  | { readonly kind: 'clock-jump'; readonly pulseId: bigint; readonly jumpSeconds: number };

export type FindingKind = Finding['kind'];
