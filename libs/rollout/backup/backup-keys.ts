import { Injectable } from '@nestjs/common';
import { ConfigurationError, SettingsService } from '@cutover/config';
import { PlaintextRefused } from './errors';

/** Which key a backup is sealed and opened with. */
@Injectable()
export class BackupKeys {
  constructor(private readonly settings: SettingsService) {}

  /**
   * @returns `null` for a backup in plain text
   * @throws PlaintextRefused for that in production, ConfigurationError without BACKUP_KEY
   */
  keyFor(plaintext: boolean): Buffer | null {
    if (plaintext) {
      if (this.settings.get('nodeEnv', { infer: true }) === 'production') throw new PlaintextRefused();
      return null;
    }
    const { backupKey } = this.settings.get('secrets', { infer: true });
    if (backupKey === null)
      throw new ConfigurationError([{ name: 'BACKUP_KEY', problem: 'must be set for an encrypted backup' }]);
    return backupKey;
  }
}
