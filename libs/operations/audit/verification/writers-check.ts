import type { Root } from '../root/trail-root';
import { Numbers } from '../writing/numbers';
import { RemovedNumbers } from '../writing/removed-numbers';
import { type ReadMark, SILENCE } from '../writing/writer-marks';
import { type Findings, general, type WritersSummary } from './finding';
import { isoTime } from './misplaced';

/** Compares what writers said of themselves with the entries that are there. */
export class WritersCheck {
  readonly summary: WritersSummary = { open: 0, closed: 0, unproven: 0, givenUp: 0 };

  constructor(
    private readonly findings: Findings,
    private readonly now: number,
  ) {}

  /** @param numbersOf of the entries that are there, which were read after the marks */
  run(root: Root, marks: readonly ReadMark[], numbersOf: ReadonlyMap<string, Numbers>): void {
    for (const mark of marks) this.look(mark, numbersOf.get(mark.writer) ?? new Numbers());
    const ordinals = Numbers.of(marks.map(({ ordinal }) => ordinal));
    for (const [from, to] of Numbers.missing(root.writers, [ordinals]))
      this.findings.add(
        general(
          'writer_removed',
          from === to
            ? `what the writer ${from} said of itself is gone`
            : `what the writers ${from} to ${to} said of themselves is gone`,
        ),
      );
  }

  /** @param writers whose entries are there and that never registered, or no longer */
  strangers(writers: readonly string[]): void {
    for (const writer of writers)
      this.findings.add(
        general(
          'writer_removed',
          `there are entries of the writer ${writer}, and nothing that it said of itself`,
        ),
      );
  }

  private look(mark: ReadMark, present: Numbers): void {
    const { ordinal, writer, upTo, pruned } = mark;
    const name = `the writer ${ordinal} (${writer})`;
    for (const { authenticity, kid } of [mark, pruned])
      if (authenticity === 'unknown key') this.findings.missingKeys.add(kid);
    if (mark.authenticity === 'forged' || pruned.authenticity === 'forged') {
      this.findings.add(general('mark_changed', `what ${name} said of itself is not under its MAC`));
      return;
    }
    // What is under a key that is missing proves nothing, and is said by its name.
    if (mark.authenticity !== 'proven' || pruned.authenticity !== 'proven') return;
    const [pending, voided] = [Numbers.parse(mark.pending), Numbers.parse(mark.voided)];
    const { gone } = RemovedNumbers.parse(pruned.numbers);
    for (const [from, to] of Numbers.missing(upTo, [present, pending, voided, gone]))
      this.findings.add(
        general(
          'removed',
          `${from === to ? `number ${from}` : `numbers ${from} to ${to}`} of ${name}: committed, and not there`,
        ),
      );
    for (const [set, why] of [
      [voided, 'its transaction was undone'],
      [gone, 'it was removed by policy'],
    ] as const)
      for (const [from, to] of present.common(set))
        this.findings.add(
          general(
            'replayed',
            `${from === to ? `number ${from}` : `numbers ${from} to ${to}`} of ${name}: there, although ${why}`,
          ),
        );
    this.end(mark, present, name);
  }

  private end({ state, at, upTo }: ReadMark, present: Numbers, name: string): void {
    if (state !== 'open') {
      this.summary[state === 'closed' ? 'closed' : 'givenUp']++;
      if (state === 'closed' && present.last > upTo)
        this.findings.add(
          general('mark_changed', `${name} ended with its number ${upTo}, and ${present.last} is there`),
        );
      return;
    }
    if (this.now - at < SILENCE) {
      this.summary.open++;
      return;
    }
    this.summary.unproven++;
    this.findings.add(
      general(
        'tail_unproven',
        `${name} ended without a last mark: what it wrote after its number ${upTo}, at ${isoTime(at) ?? 'no time'}, may be gone`,
        { at: isoTime(at) },
      ),
    );
  }
}
