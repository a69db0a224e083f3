import type { ProblemCode } from '@cutover/contracts';

export const STEPS = [
  'connection',
  'reachable',
  'keys',
  'sign_in',
  'shape',
  'tokens',
  'user_info',
  'refresh',
  'logout',
] as const;
export type StepName = (typeof STEPS)[number];

/** Where one of our fields was found. */
export interface MappedField {
  field: string;
  /** Path in the answer, as `data.accessToken`; `null` where it is not there. */
  from: string | null;
}

/** One thing that was tried, and what came of it. Nothing in it is secret: no token, no password, no body. */
export interface CheckStep {
  step: StepName;
  outcome: 'ok' | 'failed' | 'skipped';
  /** How long it took; `null` where nothing was asked. */
  milliseconds: number | null;
  /** What was found, or why it was not looked for. */
  found: string;
  /** What an operator does about it; `null` where there is nothing to do. */
  advice: string | null;
  /** Of a failure, as sign-in would answer. */
  code?: ProblemCode;
  fields?: MappedField[];
}
