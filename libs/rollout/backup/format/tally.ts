import { createHash } from 'node:crypto';
import type { BackupRecord, Counts } from './records';

/** Counts what passes, and takes its digest. */
export class Tally {
  readonly counts: Counts = { users: 0, runs: 0, changes: 0 };
  private readonly hash = createHash('sha256');

  line(text: string | Buffer): void {
    this.hash.update(text).update('\n');
  }

  record(record: BackupRecord): void {
    if ('user' in record) this.counts.users++;
    else if ('run' in record) this.counts.runs++;
    else this.counts.changes++;
  }

  /** What the last line says. */
  end(): Counts & { sha256: string } {
    return { ...this.counts, sha256: this.hash.copy().digest('hex') };
  }
}
