import { ProblemError } from '@cutover/contracts';

export interface FileFault {
  /** As the operator named it. */
  file: string;
  /** From 1; none where the whole file is meant. */
  line?: number | undefined;
  what: string;
  /** What to do about it: an imperative. */
  fix: string;
}

/** A file that cannot be used; nothing was written because of it. */
export class FileRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor({ file, line, what, fix }: FileFault) {
    super({ detail: `${file}${line === undefined ? '' : `, line ${line}`}: ${what} ${fix}` });
  }
}
