import { Injectable } from '@nestjs/common';
import { type Page, type Pin, ValidationFailed } from '@cutover/contracts';
import { Coalescer, Database, isDuplicate, isMissingColumn, type WriteResult } from '@cutover/database';
import { ActiveFlags } from './active-flag/active-flags';
import { foldName } from './names/fold-name';
import { NameCandidates } from './names/name-candidates';
import type { NameColumn } from './names/name-key';
import { LocalPasswordsGone } from './passwords/local-passwords';
import { assertWellFormed, type NewUser } from './new-user';
import { pageAfter, type PageRequest } from './page-cursor';
import {
  toDatetime,
  toUserRecord,
  USER_COLUMNS,
  USER_TABLES,
  type UserRecord,
  type UserRow,
} from './user-record';

export type UsernameMatch =
  { outcome: 'none' } | { outcome: 'one'; user: UserRecord } | { outcome: 'ambiguous'; users: UserRecord[] };

/** What the provider says of a person; `null` where it says nothing. */
export interface ExternalProfile {
  displayName: string | null;
  azureEmail: string | null;
}

/** Look-ups in one statement. */
const LARGEST_SET = 200;
/** A DATETIME of UTC, at most that of the database's clock. */
const NO_LATER_THAN_NOW = {
  mysql: 'LEAST(CAST(? AS DATETIME), UTC_TIMESTAMP())',
  sqlite: `MIN(?, datetime('now'))`,
};

/**
 * People. Nothing here rewrites a legacy column: `updated_at` is written as it stands, because a legacy table may say
 * `ON UPDATE CURRENT_TIMESTAMP`. {@link setActive} is the exception that an operator asks for by hand.
 */
@Injectable()
export class UserRepository {
  private readonly byUsername = new Coalescer<string, UserRecord[]>(
    (names) => this.findByNames('username', names),
    LARGEST_SET,
  );
  private readonly byExternalUserId = new Coalescer<string, UserRecord | null>(
    (ids) => this.findByExternalUserIds(ids),
    LARGEST_SET,
  );

  constructor(
    private readonly database: Database,
    private readonly candidates: NameCandidates,
    private readonly activeFlags: ActiveFlags,
  ) {}

  async findById(id: number): Promise<UserRecord | null> {
    return this.findOne('u.id = ?', [id]);
  }

  /** In a transaction that is going to decide about a person: nobody else changes their row until its end. */
  async lock(id: number): Promise<UserRecord | null> {
    // On SQLite a transaction has the file for itself.
    if (this.database.engine === 'mysql')
      await this.database.query(`SELECT id FROM users WHERE id = ? FOR UPDATE`, [id]);
    return this.findById(id);
  }

  async findByExternalUserId(objectId: string): Promise<UserRecord | null> {
    if (!/^[\x21-\x7e]+$/.test(objectId)) return null; // the column is ASCII, and MySQL refuses to compare others
    if (!this.database.isInTransaction) return this.byExternalUserId.add(objectId);
    return (await this.findByExternalUserIds([objectId]))[0] ?? null;
  }

  /** Whom a typed name stands for: NFC and simple case folding decide, alike on every engine and collation. */
  async findByUsername(username: string): Promise<UsernameMatch> {
    const users = this.database.isInTransaction
      ? await this.findByName('username', username)
      : await this.byUsername.add(username);
    const [user] = users;
    if (!user) return { outcome: 'none' };
    return users.length === 1 ? { outcome: 'one', user } : { outcome: 'ambiguous', users };
  }

  async findByEmail(email: string): Promise<UserRecord[]> {
    return this.findByName('email', email);
  }

  /** @throws ValidationFailed for a malformed person, or a name that somebody has under the rule */
  async assertCreatable(user: NewUser): Promise<void> {
    assertWellFormed(user);
    if ((await this.findByUsername(user.username)).outcome !== 'none') throw nameTaken(user.username);
  }

  /** @throws ValidationFailed as {@link assertCreatable}, LocalPasswordsGone for a password after the clean-up */
  async create(
    user: NewUser & { hashedPassword: string | null; externalUserId?: string },
  ): Promise<UserRecord> {
    await this.assertCreatable(user);
    const now = toDatetime(new Date());
    const active = await this.activeFlags.stored(true);
    try {
      const { insertId } = await this.insert(user.hashedPassword, {
        username: user.username,
        email: user.email,
        full_name: user.fullName,
        is_active: active,
        role: user.role,
        created_at: now,
        updated_at: now,
        external_user_id: user.externalUserId ?? null,
      });
      return await this.existing(insertId);
    } catch (error) {
      // The collation of a legacy table may take for equal what the rule does not; or somebody was faster.
      if (isDuplicate(error)) throw nameTaken(user.username);
      throw error;
    }
  }

  /**
   * Links a person whom the external side has let in. What a sync found against an account before is over.
   *
   * @returns false when the account, or the identity, is linked already
   */
  async link(id: number, objectId: string): Promise<boolean> {
    try {
      const { affected } = await this.database.execute(
        `UPDATE users SET external_user_id = ?, updated_at = updated_at WHERE id = ? AND external_user_id IS NULL`,
        [objectId, id],
      );
      if (affected === 1)
        await this.database.execute(
          `DELETE FROM cutover_external_accounts WHERE user_id = ? AND state IN ('disabled', 'gone')`,
          [id],
        );
      return affected === 1;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Keeps what the provider says about a person; what it does not say stays. @returns the person with it */
  async recordExternalProfile(user: UserRecord, profile: ExternalProfile): Promise<UserRecord> {
    const displayName = cut(profile.displayName) ?? user.displayName;
    const azureEmail = cut(profile.azureEmail) ?? user.azureEmail;
    if (displayName !== user.displayName || azureEmail !== user.azureEmail) {
      await this.database.execute(
        `UPDATE users SET display_name = ?, azure_email = ?, updated_at = updated_at WHERE id = ?`,
        [displayName, azureEmail, user.id],
      );
    }
    return { ...user, displayName, azureEmail };
  }

  /**
   * Stamps people whose tokens came from the provider. Never later than now by the database's clock: what a sync finds
   * against somebody has its time by that one, and a process whose clock is fast must not outdate it.
   *
   * @param ids in the order in which their rows are locked
   * @param at when the first of them came
   */
  async recordTokenRefreshes(ids: readonly number[], at: Date): Promise<void> {
    if (ids.length === 0) return;
    await this.database.execute(
      `UPDATE users SET last_token_refresh = ${NO_LATER_THAN_NOW[this.database.engine]}, updated_at = updated_at WHERE id IN (${ids.map(() => '?').join(', ')})`,
      [toDatetime(at), ...ids],
    );
  }

  /** @param ids at least one, in the order in which their rows are locked @param at epoch milliseconds */
  async recordSignIns(ids: readonly number[], at: number): Promise<void> {
    await this.writeState(ids, { last_sign_in_at: at });
  }

  /**
   * With its time by the database's clock. That the account is disabled stands until the external side lets the person in,
   * or a sync finds it enabled: that it is locked as well, since somebody went on trying, takes nothing of it back.
   *
   * @param code `null` once the external side has let the person in again
   */
  async recordExternalRefusal(id: number, code: string | null): Promise<void> {
    await this.database.transaction(async () => {
      const user = await this.lock(id);
      const isDisabled = user?.lastExternalRefusal === 'account_disabled' && user.departure !== null;
      if (isDisabled && code !== null && code !== 'account_disabled') return;
      const at = code === null ? 'NULL' : this.database.clock;
      await this.writeState([id], { last_external_refusal: code }, { last_external_refusal_at: at });
    });
  }

  /** Devices that they signed in with before are unknown from then on. @param at epoch milliseconds */
  async recordCredentialChanges(ids: readonly number[], at: number): Promise<void> {
    if (ids.length > 0) await this.writeState(ids, { credentials_changed_at: at });
  }

  async setPin(id: number, pin: Pin, { by }: { by: string }): Promise<void> {
    await this.writeState([id], { pin, pin_set_by: by, pin_set_at: Date.now() });
  }

  async setActive(id: number, active: boolean): Promise<void> {
    await this.database.execute(`UPDATE users SET is_active = ?, updated_at = ? WHERE id = ?`, [
      await this.activeFlags.stored(active),
      toDatetime(new Date()),
      id,
    ]);
  }

  /** By id. @throws ValidationFailed for a cursor of foreign making */
  async page(request: PageRequest): Promise<Page<UserRecord>> {
    return pageAfter(request, (after, limit) => this.find('u.id > ? ORDER BY u.id LIMIT ?', [after, limit]));
  }

  /** Says the password even where there is none: a legacy column may have a default of its own. */
  private async insert(hashedPassword: string | null, row: Record<string, unknown>): Promise<WriteResult> {
    try {
      return await this.insertRow({ ...row, hashed_password: hashedPassword });
    } catch (error) {
      if (!isMissingColumn(error, 'hashed_password')) throw error;
      if (hashedPassword !== null) throw new LocalPasswordsGone();
      return this.insertRow(row);
    }
  }

  private insertRow(row: Record<string, unknown>): Promise<WriteResult> {
    const columns = Object.keys(row);
    return this.database.execute(
      `INSERT INTO users (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      Object.values(row),
    );
  }

  private async findByName(column: NameColumn, name: string): Promise<UserRecord[]> {
    return (await this.findByNames(column, [name]))[0] ?? [];
  }

  private async findByNames(column: NameColumn, names: readonly string[]): Promise<UserRecord[][]> {
    const ids = await this.candidates.find(column, names);
    const users = ids.length === 0 ? [] : await this.find(`u.id IN (${ids.map(() => '?').join(', ')})`, ids);
    const found = Map.groupBy(users, (user) => foldName(user[column] ?? ''));
    return names.map((name) => found.get(foldName(name)) ?? []);
  }

  private async findByExternalUserIds(ids: readonly string[]): Promise<(UserRecord | null)[]> {
    const found = await this.find(`u.external_user_id IN (${ids.map(() => '?').join(', ')})`, [...ids]);
    // To the letter: MySQL's collations ignore trailing spaces.
    return ids.map((id) => found.find(({ externalUserId }) => externalUserId === id) ?? null);
  }

  private async find(condition: string, parameters: unknown[]): Promise<UserRecord[]> {
    const rows = await this.database.query<UserRow>(
      `SELECT ${USER_COLUMNS} FROM ${USER_TABLES} WHERE ${condition}`,
      parameters,
    );
    return rows.map(toUserRecord);
  }

  private async findOne(condition: string, parameters: unknown[]): Promise<UserRecord | null> {
    return (await this.find(condition, parameters))[0] ?? null;
  }

  private async existing(id: number): Promise<UserRecord> {
    const user = await this.findById(id);
    if (!user) throw new Error(`user ${id} was deleted while it was being changed`);
    return user;
  }

  /** @param computed of each row alike, in SQL */
  private async writeState(
    userIds: readonly number[],
    values: Record<string, string | number | null>,
    computed: Record<string, string> = {},
  ): Promise<void> {
    const conflict =
      this.database.engine === 'mysql' ? 'ON DUPLICATE KEY UPDATE' : 'ON CONFLICT (user_id) DO UPDATE SET';
    const terms = [...Object.keys(values).map((column) => [column, '?']), ...Object.entries(computed)];
    const row = `(?, ${terms.map(([, term]) => term).join(', ')})`;
    await this.database.execute(
      `INSERT INTO cutover_user_state (user_id, ${terms.map(([column]) => column).join(', ')}) VALUES ${userIds.map(() => row).join(', ')}
       ${conflict} ${terms.map(([column, term]) => `${column} = ${term}`).join(', ')}`,
      [...userIds.flatMap((id) => [id, ...Object.values(values)]), ...Object.values(values)],
    );
  }
}

const nameTaken = (username: string) =>
  new ValidationFailed({
    detail: `username: ${username} equals a name that exists already (case does not count).`,
  });

/** To the 255 characters that the columns hold, never through the middle of one. */
const cut = (text: string | null) => text && [...text].slice(0, 255).join('');
