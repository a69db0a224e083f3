import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { AuditFacts, ChainVerification, LocalUse } from '@cutover/operations';
import { BREAK_GLASS_COLUMN, BREAK_GLASS_JOIN, hasBreakGlass, isActive } from '@cutover/users';
import { LastVerifiedBackup } from '../backup/last-verified-backup';
import { add, listing } from '../backup/named-people';
import { type KnownAccount, KnownAccounts } from '../evidence/known-accounts';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import type { CleanupEvidence } from './cleanup-evidence';

const DAY = 24 * 60 * 60 * 1000;
/** Rows read at once. */
const BATCH = 5000;

interface PersonRow {
  id: number;
  username: string;
  active: unknown;
  objectId: string | null;
  letInAt: unknown;
  pin: string | null;
  lastSignInAt: number | string | null;
  breakGlassName: string | null;
}

const SELECT = `SELECT u.id, u.username, u.is_active AS active, u.external_user_id AS objectId,
  u.last_token_refresh AS letInAt, st.pin, st.last_sign_in_at AS lastSignInAt, ${BREAK_GLASS_COLUMN}
  FROM users u LEFT JOIN cutover_user_state st ON st.user_id = u.id ${BREAK_GLASS_JOIN}`;

/** Collects what the gates of the clean-up are judged by. Reads no password. */
@Injectable()
export class CleanupSurvey {
  constructor(
    private readonly database: Database,
    private readonly settings: SettingsService,
    private readonly policies: RolloutPolicyStore,
    private readonly accounts: KnownAccounts,
    private readonly backups: LastVerifiedBackup,
    private readonly facts: AuditFacts,
    private readonly trail: ChainVerification,
  ) {}

  /** @param days without local sign-in. @throws ServiceUnavailable */
  async take(days: number, now = Date.now()): Promise<CleanupEvidence> {
    const since = now - days * DAY;
    return {
      now,
      days,
      useExternalAuth: this.settings.get('useExternalAuth', { infer: true }),
      policy: await this.policies.latest(),
      localUse: await this.localUse(since),
      people: await this.people(since),
      breakGlass: {
        accounts: await this.breakGlassAccounts(),
        lastDrillAt: await this.facts.lastProven(['break_glass_drill']),
      },
      lastRehearsalAt: await this.facts.lastProven(['restore_proven']),
      lastBackupAt: await this.backups.at(),
    };
  }

  /** From the audit trail: what it says counts only where all of it proves itself, or somebody may have removed it. */
  private async localUse(since: number): Promise<CleanupEvidence['localUse']> {
    const use = new LocalUse(since);
    const { found, missingKeys } = await this.trail.run({
      onEntry: (entry, isProven) => {
        use.add(entry, isProven);
      },
    });
    const { recordedSince, signIns, fallbacks, lastAt } = use;
    return { recordedSince, signIns, fallbacks, lastAt, unproven: found + missingKeys.length };
  }

  private async people(since: number): Promise<CleanupEvidence['people']> {
    const people = {
      active: 0,
      pinnedLocal: listing(),
      notLinked: listing(),
      withoutAccount: listing(),
      undecided: listing(),
    };
    for await (const { row, known } of this.everybody()) {
      // They keep credentials of their own, whatever becomes of their row's password.
      if (!isActive(row.active) || hasBreakGlass(row)) continue;
      const person = { id: row.id, username: row.username };
      people.active++;
      if (row.pin === 'local') add(people.pinnedLocal, person);
      if (row.objectId === null) add(people.notLinked, person);
      else if (known.account !== null && known.account !== 'usable') add(people.withoutAccount, person);
      if (isDormant(row, since) && !isDecided(row, known)) add(people.undecided, person);
    }
    return people;
  }

  private async *everybody(): AsyncGenerator<{ row: PersonRow; known: KnownAccount }> {
    for (let after = -1; ;) {
      const rows = await this.database.query<PersonRow>(
        `${SELECT} WHERE u.id > ? ORDER BY u.id LIMIT ${BATCH}`,
        [after],
      );
      const [first, last] = [rows[0], rows.at(-1)];
      if (!first || !last) return;
      const known = await this.accounts.between(first.id, last.id);
      for (const row of rows) yield { row, known: known(row.id) };
      after = last.id;
    }
  }

  private async breakGlassAccounts(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT COUNT(*) AS count FROM cutover_break_glass`,
    );
    return Number(row?.count);
  }
}

const isDormant = ({ lastSignInAt }: PersonRow, since: number) =>
  lastSignInAt === null || Number(lastSignInAt) < since;

/**
 * Whoever stays away never shows that the other side lets them in. So something else must: it let them in once, or a
 * sync or a shadow check found their account usable; or an operator pinned them there, and answers for it.
 */
const isDecided = ({ objectId, letInAt, pin }: PersonRow, { account }: KnownAccount) =>
  pin === 'external' || (objectId !== null && (letInAt !== null || account === 'usable'));
