import { Injectable } from '@nestjs/common';
import { LastVerifiedBackup } from './last-verified-backup';

/** Where no backup was made. */
@Injectable()
export class NoBackupKnown extends LastVerifiedBackup {
  async at(): Promise<number | null> {
    return null;
  }
}
