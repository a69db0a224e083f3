import { ProblemError } from '@cutover/contracts';

/** Exit code 1: the installation is not whole. */
export class ProgramMissing extends Error {
  constructor(app: string, file: string) {
    super(
      `A rehearsal starts the programs beside this one, and ${file} is not there. Build it: npx nx build ${app}.`,
    );
  }
}

/** The scratch database is one that a rehearsal must not touch. Nothing was changed. Exit code 2. */
export class ScratchRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor(why: string) {
    super({
      detail: `--database ${why} A rehearsal works on an empty database of its own. Nothing was changed.`,
    });
  }
}

/** Nothing was changed. Exit code 2. */
export class BackupUnreadable extends ProblemError {
  readonly code = 'validation_failed';
  constructor(file: string, cause: unknown) {
    super({ detail: `${file} cannot be read: name a file that "cutover backup" wrote.`, cause });
  }
}

/** Exit code 1; the report was written by then. */
export class NoGo extends Error {
  constructor(findings: string[]) {
    super(`No go: ${findings.join(' ')}`);
  }
}

/** A program of the rehearsal did not do what it was asked to. */
export class ProgramFailed extends Error {
  constructor(what: string, why: string) {
    super(`${what}: ${why}`);
  }
}
