import type { EntryProof } from '../entry-proof';
import type { TrailRow } from '../trail-row';
import { Numbers } from '../writing/numbers';
import { RemovedNumbers } from '../writing/removed-numbers';
import type { ReadMark } from '../writing/writer-marks';
import { type Finding, type Findings, general } from './finding';
import { isoTime } from './misplaced';

/** Compares what was kept of the time that policy removed with what the writers' rows say was kept. */
export class EvidenceCheck {
  private readonly numbersOf = new Map<string, Numbers>();

  constructor(
    private readonly findings: Findings,
    private readonly proof: EntryProof,
  ) {}

  /** @param entries and marks of one instant */
  run(entries: readonly TrailRow[], marks: readonly ReadMark[]): void {
    const keptBy = new Map(
      marks.map(({ writer, pruned }) => [writer, RemovedNumbers.parse(pruned.numbers).kept]),
    );
    for (const entry of entries) this.look(entry, keptBy);
    for (const { ordinal, writer, authenticity, pruned } of marks) {
      if (authenticity !== 'proven' || pruned.authenticity !== 'proven') continue; // that is a finding of its own
      const kept = keptBy.get(writer) ?? new Numbers();
      const present = this.numbersOf.get(writer) ?? new Numbers();
      for (const [from, to] of kept.without(present))
        this.findings.add(
          general(
            'removed',
            `${from === to ? `number ${from}` : `numbers ${from} to ${to}`} of the writer ${ordinal} (${writer}): kept as evidence, and not there`,
          ),
        );
    }
  }

  private look(entry: TrailRow, keptBy: ReadonlyMap<string, Numbers>): void {
    const { proof } = entry;
    const authenticity = this.proof.of(entry);
    if (proof === null || authenticity === 'forged') {
      this.add('forged', entry, 'kept as evidence: it is not what a holder of a key wrote');
      return;
    }
    if (authenticity === 'unknown key') this.findings.missingKeys.add(proof.kid);
    const { writer, number } = proof;
    const numbers = this.numbersOf.get(writer) ?? new Numbers();
    this.numbersOf.set(writer, numbers);
    if (!numbers.add(number)) this.add('replayed', entry, 'is kept as evidence once more');
    else if (!keptBy.get(writer)?.has(number))
      this.add('inserted', entry, 'stands among the evidence, and nothing says that it was kept');
  }

  private add(kind: Finding['kind'], { id, action, at }: TrailRow, detail: string): void {
    this.findings.add(general(kind, detail, { id, action, at: isoTime(at) }));
  }
}
