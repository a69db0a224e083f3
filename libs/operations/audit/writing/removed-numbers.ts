import { Numbers } from './numbers';

/** Of a writer's numbers: those that were removed by policy, and which of them are kept as evidence. */
export class RemovedNumbers {
  private constructor(
    readonly gone: Numbers,
    readonly kept: Numbers,
  ) {}

  /** @param text as {@link toString} writes it */
  static parse(text: string): RemovedNumbers {
    const [gone = '', kept = ''] = text.split(';');
    return new RemovedNumbers(Numbers.parse(gone), Numbers.parse(kept));
  }

  add(number: number, isKept: boolean): void {
    this.gone.add(number);
    if (isKept) this.kept.add(number);
  }

  /** `1-250,252;17,40`: gone, and behind the semicolon, where there are any, kept. */
  toString(): string {
    const kept = String(this.kept);
    return kept === '' ? String(this.gone) : `${String(this.gone)};${kept}`;
  }
}
