import { ProblemError } from '@cutover/contracts';
import type { Named } from './named-people';

/** A file that is no backup, or not all of it as it was written. Nothing was changed because of it. */
export class BackupFileRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor(file: string, what: string, fix: string) {
    super({ detail: `${file}: ${what} Nothing was changed. ${fix}` });
  }
}

/** A backup that anybody could read, or could have written. */
export class PlaintextRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor() {
    super({ detail: 'In production a backup is encrypted: leave --plaintext away and set BACKUP_KEY.' });
  }
}

/** Whoever was locked out or lost rights since the backup stays so, unless somebody answers for it. */
export class PrivilegesRefused extends ProblemError {
  readonly code = 'validation_failed';
  constructor(people: Named) {
    super({
      detail:
        `The restore would bring ${people.count} things back that people have lost since the backup: ${people.text}. ` +
        'Nothing was changed. If that is meant, say --accept-privileges.',
    });
  }
}

/** People who came since the backup have what belongs to others in it. */
export class RestoreConflict extends ProblemError {
  readonly code = 'validation_failed';
  constructor(people: Named) {
    super({
      detail:
        `${people.count} people who are not in the backup hold a username or a link of people who are: ${people.text}. ` +
        'Nothing was changed. Rename or remove them, or undo their link, and run this again.',
    });
  }
}
