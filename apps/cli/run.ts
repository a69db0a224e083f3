import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';
import { failureOf } from './failure';
import { visible } from './output';
import { program } from './program';

/** Runs one command line. @returns the exit code */
export async function run(argv: string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    await program({ explainsMisuse: !json }).parseAsync(argv);
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done; // --help
    return report(error, json);
  }
}

/** Says on standard error what went wrong, never with a stack trace. @returns the exit code */
export function report(error: unknown, json: boolean): number {
  const { exitCode, code, detail } = failureOf(error);
  const misuseExplained = error instanceof CommanderError;
  if (json) process.stderr.write(`${JSON.stringify({ error: { code, detail } })}\n`);
  else if (!misuseExplained) process.stderr.write(`${visible(detail)}\n`);
  return exitCode;
}
