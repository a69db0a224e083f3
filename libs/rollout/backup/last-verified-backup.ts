import { BackupRequired } from '../errors';

/** Milliseconds for which a verified backup counts as recent. */
const RECENT = 24 * 60 * 60 * 1000;

/** The port through which others learn whether there is a way back. */
export abstract class LastVerifiedBackup {
  /** @returns when the data was read that it holds, epoch milliseconds, or `null` where no backup is known to be one */
  abstract at(): Promise<number | null>;

  /** @param step what needs it, as the beginning of a sentence. @throws BackupRequired */
  async assertRecent(step: string): Promise<void> {
    const last = await this.at();
    if (last === null || Date.now() - last > RECENT) throw new BackupRequired(step, last);
  }
}
