import { ProblemError } from '@cutover/contracts';
import {
  ExternalMisconfigured,
  ExternalUnavailable,
  GrantInvalid,
  RefusedByProvider,
  ThrottledByProvider,
} from '../errors';
import { describeFailure } from '../upstream-failure';
import { adviceFor } from './advice';
import type { CheckStep, MappedField, StepName } from './check-step';

export interface Finding {
  found: string;
  advice?: string | null;
  fields?: MappedField[];
  /** It was tried, and nothing depends on it. */
  outcome?: 'ok' | 'skipped';
}

/** A step that failed for a reason of its own, with what to do about it. */
export class StepFailed extends Error {
  constructor(
    readonly found: string,
    readonly advice: string,
  ) {
    super(found);
  }
}

/** Keeps what came of each step, and keeps secrets out of it. */
export class StepRecorder {
  readonly steps: CheckStep[] = [];
  private readonly secrets = new Set<string>();

  /** From now on no text that holds this is repeated, whoever wrote it. */
  hide(...texts: (string | null)[]): void {
    for (const text of texts) if (text !== null && text !== '') this.secrets.add(text);
  }

  skip(step: StepName, found: string, advice: string | null = null): void {
    this.add({ step, outcome: 'skipped', milliseconds: null, found, advice });
  }

  /** @returns what `work` brought; `null` where it failed, which is recorded. @throws what is no failure of the API */
  async attempt<T extends Finding>(step: StepName, work: () => Promise<T>): Promise<T | null> {
    const start = performance.now();
    const took = () => Math.round(performance.now() - start);
    try {
      const finding = await work();
      const { found, advice = null, fields, outcome = 'ok' } = finding;
      this.add({ step, outcome, milliseconds: took(), found, advice, ...(fields && { fields }) });
      return finding;
    } catch (error) {
      this.add({ step, outcome: 'failed', milliseconds: took(), ...failureOf(error) });
      return null;
    }
  }

  private add(step: CheckStep): void {
    this.steps.push({
      ...step,
      found: this.shown(step.found),
      advice: step.advice && this.shown(step.advice),
    });
  }

  private shown(text: string): string {
    return [...this.secrets].some((secret) => text.includes(secret))
      ? '(not shown: it holds a secret)'
      : text;
  }
}

function failureOf(error: unknown): Pick<CheckStep, 'found' | 'advice' | 'code'> {
  if (error instanceof StepFailed)
    return { found: error.found, advice: error.advice, code: 'external_misconfigured' };
  if (!(error instanceof ProblemError)) throw error;
  return { found: foundBy(error), advice: adviceFor(error), code: error.code };
}

function foundBy(error: ProblemError): string {
  if (error instanceof RefusedByProvider) return `refused: ${error.code} (${describeFailure(error.failure)})`;
  return error instanceof GrantInvalid ||
    error instanceof ThrottledByProvider ||
    error instanceof ExternalUnavailable ||
    error instanceof ExternalMisconfigured
    ? describeFailure(error.failure)
    : error.code;
}
