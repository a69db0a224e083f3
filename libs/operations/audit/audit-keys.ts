import { Injectable } from '@nestjs/common';
import { ConfigurationError, type EncryptionKey, SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { type Authenticity, isSame } from './authentication';

export interface AuditKeyUse {
  kid: string;
  /** `current` is for new entries; `needed` verifies old ones; `removable` is in none; `missing` is not configured. */
  state: 'current' | 'needed' | 'removable' | 'missing';
  /** Entries that need it: the most of those that were written, sealed or kept under it. */
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

  get kids(): readonly string[] {
    return [...this.keys.keys()];
  }

  find(kid: string): EncryptionKey | undefined {
    return this.keys.get(kid);
  }

  /**
   * Whether a MAC is one of ours. A name of a key that is no name at all is none that somebody forgot to configure.
   *
   * @param expected the MAC as it would be under a key
   */
  judge(kid: string, mac: string, expected: (key: EncryptionKey) => string): Authenticity {
    const key = this.find(kid);
    if (!key) return kid === '' ? 'forged' : 'unknown key';
    return isSame(mac, expected(key)) ? 'proven' : 'forged';
  }

  /**
   * For a start: the trail goes on from its end only where that can be verified.
   *
   * @throws ConfigurationError where its key is not configured, ServiceUnavailable
   */
  async requireKeys(): Promise<void> {
    if (!(await this.database.hasTable('cutover_audit_log_chain'))) return;
    const ends = await this.database.query<{ kid: string }>(
      ENDS.map((end) => `SELECT kid FROM (${end}) e`).join(' UNION '),
    );
    const lacking = ends.map(({ kid }) => kid).filter((kid) => kid !== '' && !this.find(kid));
    if (lacking.length > 0) throw missingKeys(lacking);
  }

  /** Reads every entry and seal once. The configured ones in their order, then the missing ones. @throws ServiceUnavailable */
  async survey(): Promise<AuditKeyUse[]> {
    const groups = await this.database.query<{ kid: string; count: number | string }>(
      USES.map(
        ([table, column]) => `SELECT ${column} AS kid, COUNT(*) AS count FROM ${table} GROUP BY ${column}`,
      ).join(' UNION ALL '),
    );
    const counts = new Map<string, number>();
    for (const { kid, count } of groups)
      if (kid !== '') counts.set(kid, Math.max(counts.get(kid) ?? 0, Number(count)));
    const configured = [...this.keys.keys()].map((kid, index): AuditKeyUse => {
      const entries = counts.get(kid) ?? 0;
      if (index === 0) return { kid, state: 'current', entries };
      return { kid, state: entries > 0 ? 'needed' : 'removable', entries };
    });
    const missing = [...counts]
      .filter(([kid]) => !this.find(kid))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([kid, entries]): AuditKeyUse => ({ kid, state: 'missing', entries }));
    return [...configured, ...missing];
  }
}

/** What the trail goes on from. */
const ENDS = [
  'SELECT kid FROM cutover_audit_log_chain WHERE id = 1',
  'SELECT kid FROM cutover_audit_log_seals ORDER BY sequence DESC LIMIT 1',
  'SELECT kid FROM cutover_audit_seals ORDER BY sequence DESC LIMIT 1',
];

/** Whatever is under a key. */
const USES = [
  ['cutover_audit_log', 'kid'],
  ['cutover_audit_log_seals', 'kid'],
  ['cutover_audit_log_chain', 'kid'],
  ['cutover_audit_writers', 'kid'],
  ['cutover_audit_writers', 'pruned_kid'],
  ['cutover_audit_evidence', 'kid'],
  ['cutover_audit_seals', 'kid'],
] as const;

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
