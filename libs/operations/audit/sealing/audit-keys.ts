import { Injectable } from '@nestjs/common';
import { ConfigurationError, type EncryptionKey, SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';

export interface AuditKeyUse {
  kid: string;
  /** `current` seals new entries; `needed` verifies old ones; `removable` is in no seal; `missing` is not configured. */
  state: 'current' | 'needed' | 'removable' | 'missing';
  /** Entries that were sealed under it. */
  entries: number;
}

/** `AUDIT_KEYS`: the first seals, all verify. */
@Injectable()
export class AuditKeys {
  /** Seals new entries. */
  readonly current: EncryptionKey;
  private readonly keys: ReadonlyMap<string, EncryptionKey>;

  constructor(
    private readonly database: Database,
    settings: SettingsService,
  ) {
    const { auditKeys } = settings.get('secrets', { infer: true });
    this.current = auditKeys[0] as EncryptionKey;
    this.keys = new Map(auditKeys.map((key) => [key.kid, key]));
  }

  find(kid: string): EncryptionKey | undefined {
    return this.keys.get(kid);
  }

  /**
   * For a start: the chain goes on from its last seal only where that can be verified.
   *
   * @throws ConfigurationError where its key is not configured, ServiceUnavailable
   */
  async requireKeys(): Promise<void> {
    if (!(await this.database.hasTable('cutover_audit_seals'))) return;
    const [last] = await this.database.query<{ kid: string }>(
      'SELECT kid FROM cutover_audit_seals ORDER BY sequence DESC LIMIT 1',
    );
    if (last && !this.find(last.kid)) throw missingKeys([last.kid]);
  }

  /** Reads every seal once. The configured ones in their order, then the missing ones. @throws ServiceUnavailable */
  async survey(): Promise<AuditKeyUse[]> {
    const groups = await this.database.query<{ kid: string; count: number | string }>(
      'SELECT kid, COUNT(*) AS count FROM cutover_audit_seals GROUP BY kid ORDER BY kid',
    );
    const counts = new Map(groups.map(({ kid, count }) => [kid, Number(count)]));
    const configured = [...this.keys.keys()].map((kid, index): AuditKeyUse => {
      const entries = counts.get(kid) ?? 0;
      if (index === 0) return { kid, state: 'current', entries };
      return { kid, state: entries > 0 ? 'needed' : 'removable', entries };
    });
    const missing = [...counts]
      .filter(([kid]) => !this.find(kid))
      .map(([kid, entries]): AuditKeyUse => ({ kid, state: 'missing', entries }));
    return [...configured, ...missing];
  }
}

/** What is sealed under a key that nobody configured can be neither verified nor continued. */
export const missingKeys = (kids: readonly string[]) =>
  new ConfigurationError([
    {
      name: 'AUDIT_KEYS',
      problem:
        `lacks ${kids.length === 1 ? 'a key' : 'keys'} that entries of the audit trail were sealed under: ` +
        `${kids.map((kid) => `"${kid}"`).join(', ')}. Put it back behind the first one`,
    },
  ]);
