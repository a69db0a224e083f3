import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { StandingCredentials, UserRepository } from '@cutover/users';
import { bearerRows } from '../bearer-rows';
import { LEASED_TOKENS, type LeasedTokens, type LeasedTokensRow, toLeasedTokens } from './leased-tokens';
import { eachTheir, placeholders } from './set-update';

/** Milliseconds by the database's clock: the life of a lease, unless it is renewed. */
export const LEASE = 30_000;

/** What becomes of a lease that brought no new tokens. */
export interface Release {
  sessionId: string;
  failures: number;
  /** Milliseconds from now until the row is due again. */
  dueIn: number | null;
  /** The refresh token may be spent. */
  inDoubt: boolean;
}

/** What came of a refresh, sealed. `null` leaves what is stored as it stands. */
export interface RenewedTokens {
  sessionId: string;
  userId: number;
  /** Of the row whose refresh token was spent. */
  version: number;
  refreshToken: string;
  access: { token: string; bearerHash: string; obtainedAt: number; expiresAt: number } | null;
  idToken: string | null;
  failures: number;
  /** Milliseconds from now. */
  dueIn: number;
}

/** Which process refreshes which row: leases in the database, by the database's clock. Every statement takes a set. */
@Injectable()
export class LeaseStore {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly credentials: StandingCredentials,
  ) {}

  /** Takes rows that are due and that nobody holds, those that have been due longest first. @returns session ids */
  claimDue(owner: string, most: number): Promise<string[]> {
    const { clock, engine } = this.database;
    const due = `SELECT session_id AS sessionId FROM cutover_provider_tokens
      WHERE refresh_due_at <= ${clock} AND (lease_until IS NULL OR lease_until <= ${clock}) ORDER BY refresh_due_at LIMIT ?`;
    const claim = `UPDATE cutover_provider_tokens SET lease_owner = ?, lease_until = ${clock} + ${LEASE}`;
    if (engine === 'sqlite') {
      return this.ids(`${claim} WHERE session_id IN (${due}) RETURNING session_id AS sessionId`, [
        owner,
        most,
      ]);
    }
    return this.database.transaction(async () => {
      const ids = await this.ids(`${due} FOR UPDATE SKIP LOCKED`, [most]);
      if (ids.length > 0) {
        await this.database.execute(`${claim} WHERE session_id IN (${placeholders(ids)})`, [owner, ...ids]);
      }
      return ids;
    });
  }

  /**
   * Takes one row, due or not.
   * @param version that was read; a row that has newer tokens by now needs no refresh
   * @returns false while somebody holds it, where it was renewed meanwhile, or when there is none
   */
  async claim(owner: string, sessionId: string, version: number): Promise<boolean> {
    const { clock } = this.database;
    const { affected } = await this.database.execute(
      `UPDATE cutover_provider_tokens SET lease_owner = ?, lease_until = ${clock} + ${LEASE}
       WHERE session_id = ? AND version = ? AND (lease_until IS NULL OR lease_until <= ${clock})`,
      [owner, sessionId, version],
    );
    return affected === 1;
  }

  async load(ids: readonly string[]): Promise<LeasedTokens[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<LeasedTokensRow>(
      `${LEASED_TOKENS} WHERE t.session_id IN (${placeholders(ids)})`,
      [...ids],
    );
    return rows.map(toLeasedTokens);
  }

  /** Tokens whose session is gone are nobody's. */
  async removeOrphans(ids: readonly string[]): Promise<void> {
    await this.database.execute(
      `DELETE FROM cutover_provider_tokens WHERE session_id IN (${placeholders(ids)})
         AND NOT EXISTS (SELECT 1 FROM cutover_sessions s WHERE s.id = session_id)`,
      [...ids],
    );
  }

  async renew(owner: string, ids: readonly string[]): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_provider_tokens SET lease_until = ${this.database.clock} + ${LEASE}
       WHERE session_id IN (${placeholders(ids)}) AND lease_owner = ?`,
      [...ids, owner],
    );
  }

  /**
   * Says, before a byte leaves, that the refresh token may be on the wire.
   * @returns for each row whether the lease still held; what is false must not be sent
   */
  async markSent(owner: string, ids: readonly string[]): Promise<boolean[]> {
    const { clock } = this.database;
    const held = `session_id IN (${placeholders(ids)}) AND lease_owner = ? AND lease_until > ${clock}`;
    const { affected } = await this.database.execute(
      `UPDATE cutover_provider_tokens SET sent_at = ${clock} WHERE ${held}`,
      [...ids, owner],
    );
    if (affected === ids.length) return ids.map(() => true);
    const marked = new Set(
      await this.ids(
        `SELECT session_id AS sessionId FROM cutover_provider_tokens WHERE ${held} AND sent_at IS NOT NULL`,
        [...ids, owner],
      ),
    );
    return ids.map((id) => marked.has(id));
  }

  /** Gives leases back; a row that somebody else holds by now is left to them. */
  async release(owner: string, releases: readonly Release[]): Promise<void> {
    const { clock } = this.database;
    const due = eachTheir(
      'refresh_due_at',
      releases,
      ({ dueIn }) => dueIn,
      (value) => `${clock} + ${value}`,
    );
    const failures = eachTheir('failures', releases, (release) => release.failures);
    const sent = eachTheir(
      'sent_at',
      releases,
      ({ inDoubt }) => Number(inDoubt),
      (value) => `CASE WHEN ${value} = 1 THEN COALESCE(sent_at, ${clock}) END`,
    );
    const ids = releases.map(({ sessionId }) => sessionId);
    await this.database.execute(
      `UPDATE cutover_provider_tokens SET lease_owner = NULL, lease_until = NULL, ${due.sql}, ${failures.sql}, ${sent.sql}
       WHERE session_id IN (${placeholders(ids)}) AND lease_owner = ?`,
      [...due.parameters, ...failures.parameters, ...sent.parameters, ...ids, owner],
    );
  }

  /** Gives leases back as they were taken: nothing was tried. */
  async abandon(owner: string, ids: readonly string[]): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_provider_tokens SET lease_owner = NULL, lease_until = NULL
       WHERE session_id IN (${placeholders(ids)}) AND lease_owner = ?`,
      [...ids, owner],
    );
  }

  /**
   * Stores what came of refreshes, whoever holds the lease by now: a token that was handed out is not to be lost.
   * @returns for each whether it was stored; false when its row is gone, or newer tokens stand in it
   */
  storeRenewed(renewed: readonly RenewedTokens[]): Promise<boolean[]> {
    return this.database.transaction(async () => {
      // People first, as everybody who locks rows of both does.
      await this.credentials.lock(peopleOf(renewed));
      const versions = await this.lockedVersions(renewed.map(({ sessionId }) => sessionId));
      const current = renewed.filter(({ sessionId, version }) => versions.get(sessionId) === version);
      if (current.length > 0) await this.write(current);
      const stored = new Set(current);
      return renewed.map((tokens) => stored.has(tokens));
    });
  }

  /** Runs `work` in one transaction with the check that nobody has stored newer tokens. @returns false where somebody has */
  whileUnchanged(row: LeasedTokens, work: () => Promise<void>): Promise<boolean> {
    return this.database.transaction(async () => {
      const versions = await this.lockedVersions([row.sessionId]);
      if (versions.get(row.sessionId) !== row.version) return false;
      await work();
      return true;
    });
  }

  async exists(sessionId: string): Promise<boolean> {
    const sql = `SELECT session_id AS sessionId FROM cutover_provider_tokens WHERE session_id = ?`;
    return (await this.ids(sql, [sessionId])).length > 0;
  }

  /** How many rows wait for a refresh that nobody has in hand, and for how many milliseconds the first of them has. */
  async backlog(): Promise<{ due: number; lag: number }> {
    const { clock } = this.database;
    const [row] = await this.database.query<{ due: number; lag: number | null }>(
      `SELECT COUNT(*) AS due, ${clock} - MIN(refresh_due_at) AS lag FROM cutover_provider_tokens
       WHERE refresh_due_at <= ${clock} AND (lease_until IS NULL OR lease_until <= ${clock})`,
    );
    return { due: Number(row?.due ?? 0), lag: Number(row?.lag ?? 0) };
  }

  private async lockedVersions(ids: readonly string[]): Promise<Map<string, number>> {
    const lock = this.database.engine === 'mysql' ? ' FOR UPDATE' : '';
    const rows = await this.database.query<{ sessionId: string; version: number }>(
      `SELECT session_id AS sessionId, version FROM cutover_provider_tokens WHERE session_id IN (${placeholders(ids)})${lock}`,
      [...ids],
    );
    return new Map(rows.map(({ sessionId, version }) => [sessionId, version]));
  }

  private async write(renewed: readonly RenewedTokens[]): Promise<void> {
    const orAsItStands = (column: string) => (value: string) => `COALESCE(${value}, ${column})`;
    const terms = [
      eachTheir('refresh_token', renewed, ({ refreshToken }) => refreshToken),
      eachTheir(
        'access_token',
        renewed,
        ({ access }) => access && access.token,
        orAsItStands('access_token'),
      ),
      eachTheir('id_token', renewed, ({ idToken }) => idToken, orAsItStands('id_token')),
      eachTheir(
        'obtained_at',
        renewed,
        ({ access }) => access && access.obtainedAt,
        orAsItStands('obtained_at'),
      ),
      eachTheir(
        'access_token_expires_at',
        renewed,
        ({ access }) => access && access.expiresAt,
        orAsItStands('access_token_expires_at'),
      ),
      eachTheir('failures', renewed, ({ failures }) => failures),
      eachTheir(
        'refresh_due_at',
        renewed,
        ({ dueIn }) => dueIn,
        (value) => `${this.database.clock} + ${value}`,
      ),
    ];
    const ids = renewed.map(({ sessionId }) => sessionId);
    await this.database.execute(
      `UPDATE cutover_provider_tokens SET ${terms.map(({ sql }) => sql).join(', ')},
         version = version + 1, lease_owner = NULL, lease_until = NULL, sent_at = NULL WHERE session_id IN (${placeholders(ids)})`,
      [...terms.flatMap(({ parameters }) => parameters), ...ids],
    );
    const withAccess = renewed.flatMap(({ sessionId, userId, access }) =>
      access ? [{ sessionId, userId, tokenHash: access.bearerHash, ...access }] : [],
    );
    if (withAccess.length === 0) return;
    const bearers = bearerRows(this.database.engine, withAccess);
    await this.database.execute(bearers.sql, bearers.parameters);
    // Not when they are written, which may be after an outage: a sync may have found something since.
    const obtainedAt = Math.min(...withAccess.map((access) => access.obtainedAt));
    await this.users.recordTokenRefreshes(peopleOf(withAccess), new Date(obtainedAt));
  }

  private async ids(sql: string, parameters: unknown[]): Promise<string[]> {
    return (await this.database.query<{ sessionId: string }>(sql, parameters)).map(
      ({ sessionId }) => sessionId,
    );
  }
}

/** In the order of ids, so that two processes lock them in the same. */
const peopleOf = (rows: readonly Pick<RenewedTokens, 'userId'>[]) =>
  [...new Set(rows.map(({ userId }) => userId))].sort((a, b) => a - b);
