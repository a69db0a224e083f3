import { ConfigurationError } from '@cutover/config';
import { ProblemError } from '@cutover/contracts';
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';

/** Why a command line did not do what it was asked to. */
export interface Failure {
  exitCode: number;
  code: string;
  /** For the operator: what happened and what to do next. */
  detail: string;
}

/** What only an operator can do next; the portal words these problems for other people. */
const NEXT_STEPS: Partial<Record<string, string>> = {
  version_conflict: '"cutover rollout status" shows the decision in force.',
  service_unavailable: 'Check DATABASE_URL and that the server runs.',
};

/** A refusal has a reason that the operator can act on; a failure is ours or the machine's. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return { exitCode: EXIT.usage, code: 'usage', detail: usageDetail(error) };
  }
  if (error instanceof ConfigurationError) {
    return { exitCode: EXIT.configuration, code: 'configuration', detail: error.message };
  }
  if (error instanceof ProblemError) {
    const cause = typeof error.cause === 'string' ? `(${error.cause})` : undefined;
    return {
      exitCode: error.status < 500 ? EXIT.refused : EXIT.failed,
      code: error.code,
      detail: [error.detail, NEXT_STEPS[error.code], cause].filter((part) => part !== undefined).join(' '),
    };
  }
  return {
    exitCode: EXIT.failed,
    code: 'failed',
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** Commander's own words, but for the one that stands for "the help was printed instead". */
function usageDetail({ code, message }: CommanderError): string {
  return code === 'commander.help'
    ? 'Name a command; --help lists them.'
    : message.replace(/^error: /, '').replaceAll('\n', ' ');
}
