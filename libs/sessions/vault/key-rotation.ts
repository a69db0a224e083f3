import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { SessionStore } from '../session-store';
import { type SealedTokens, TokenVault, VaultError } from './token-vault';

export interface RotationRun {
  /** Who asked for it, for the audit trail. */
  actor: string;
  /** Rows that are read at once and written in one transaction. */
  batch: number;
  /** Ends the sessions that no configured key opens, instead of leaving them as they are. */
  endUnreadable?: boolean;
  /** Told after every batch how many rows were looked at; the next one waits for it. */
  onProgress?: (done: number) => unknown;
}

export interface RotationResult {
  /** The key that everything is under now. */
  kid: string;
  /** Rows that were sealed again. */
  rotated: number;
  /** Session ids of rows that no configured key opens. */
  unreadable: string[];
  /** How many of these were ended. */
  ended: number;
  /** Rows that others stored under an older key meanwhile: a process has the keys in another order. */
  remaining: number;
}

interface Row extends SealedTokens {
  sessionId: string;
  /** `null`: a row whose session is gone; nobody's, and nobody can open it. */
  userId: number | null;
}

interface Pass {
  written: number;
  /** Rows that changed between reading and writing. */
  overtaken: number;
  unreadable: string[];
}

interface Change {
  before: Row;
  after: SealedTokens;
}

/** Seals every stored token again under the first key of `TOKEN_ENCRYPTION_KEYS`, while the API goes on. */
@Injectable()
export class KeyRotation {
  constructor(
    private readonly database: Database,
    private readonly vault: TokenVault,
    private readonly sessions: SessionStore,
    private readonly audit: AuditTrail,
  ) {}

  /** The key that {@link run} brings everything under. */
  get kid(): string {
    return this.vault.kids[0] as string;
  }

  /** How many rows are not under the first key. */
  async due(): Promise<number> {
    const [row] = await this.database.query<{ count: number | string }>(
      `SELECT COUNT(*) AS count FROM cutover_provider_tokens t WHERE ${this.notCurrent}`,
      this.prefixes,
    );
    return Number(row?.count ?? 0);
  }

  /** What {@link run} could not seal again. Changes nothing. */
  async unreadable(batch: number): Promise<string[]> {
    const found: string[] = [];
    for await (const rows of this.batches(batch)) found.push(...this.resealed(rows).unreadable);
    return found;
  }

  /**
   * Broken off at any moment it leaves whole rows, under the old key or the new one, and goes on from there when it is
   * run again.
   *
   * @throws ServiceUnavailable
   */
  async run({ actor, batch, endUnreadable = false, onProgress }: RotationRun): Promise<RotationResult> {
    let rotated = 0;
    let pass: Pass;
    do {
      pass = { written: 0, overtaken: 0, unreadable: [] };
      for await (const rows of this.batches(batch)) {
        await this.rotate(rows, pass);
        await onProgress?.(rotated + pass.written + pass.unreadable.length);
      }
      rotated += pass.written;
      // A refresh was faster: what it stored is looked at again, in case its process has the keys in another order.
    } while (pass.overtaken > 0);

    const { unreadable } = pass;
    const ended = endUnreadable ? await this.end(unreadable) : 0;
    const left = unreadable.length - ended;
    const remaining = Math.max(0, (await this.due()) - left);
    const result = { kid: this.kid, rotated, unreadable, ended, remaining };
    if (rotated + unreadable.length + remaining > 0) {
      await this.audit.record({
        action: 'keys.rotated',
        actor,
        outcome: left + remaining === 0 ? 'success' : 'failure',
        detail: { ...result, unreadable: unreadable.length },
      });
    }
    return result;
  }

  private async rotate(rows: Row[], pass: Pass): Promise<void> {
    const { changes, unreadable } = this.resealed(rows);
    const written = await this.write(changes);
    pass.written += written;
    pass.overtaken += changes.length - written;
    pass.unreadable.push(...unreadable);
  }

  /** The provider is not told: what it would have to be told is what cannot be read. */
  private async end(sessionIds: string[]): Promise<number> {
    for (const id of sessionIds) await this.sessions.end(id, 'revoked', Date.now());
    return sessionIds.length;
  }

  /** In the order of their sessions, so that each is met once; those under the first key are passed over. */
  private async *batches(size: number): AsyncGenerator<Row[]> {
    let after = '';
    for (;;) {
      const rows = await this.database.query<Row>(
        `SELECT t.session_id AS sessionId, s.user_id AS userId, t.access_token AS accessToken,
           t.refresh_token AS refreshToken, t.id_token AS idToken
         FROM cutover_provider_tokens t LEFT JOIN cutover_sessions s ON s.id = t.session_id
         WHERE t.session_id > ? AND (${this.notCurrent}) ORDER BY t.session_id LIMIT ?`,
        [after, ...this.prefixes, size],
      );
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.sessionId;
    }
  }

  private resealed(rows: Row[]): { changes: Change[]; unreadable: string[] } {
    const changes: Change[] = [];
    const unreadable: string[] = [];
    for (const before of rows) {
      const after = this.resealedOrNull(before);
      if (after) changes.push({ before, after });
      else unreadable.push(before.sessionId);
    }
    return { changes, unreadable };
  }

  private resealedOrNull({ sessionId, userId, ...sealed }: Row): SealedTokens | null {
    if (userId === null) return null;
    try {
      return this.vault.reseal(sealed, { userId, sessionId });
    } catch (error) {
      if (error instanceof VaultError) return null;
      throw error;
    }
  }

  /**
   * Only rows that still hold what was read: a refresh may have stored other tokens meanwhile, and those are the ones
   * that count. `version` stays, or a refresh that is on its way could not store what it gets.
   *
   * @returns how many were written
   */
  private write(changes: Change[]): Promise<number> {
    const same = this.database.engine === 'mysql' ? '<=>' : 'IS';
    return this.database.transaction(async () => {
      let written = 0;
      for (const { before, after } of changes) {
        const { affected } = await this.database.execute(
          `UPDATE cutover_provider_tokens SET access_token = ?, refresh_token = ?, id_token = ?
           WHERE session_id = ? AND access_token = ? AND refresh_token ${same} ? AND id_token ${same} ?`,
          [
            after.accessToken,
            after.refreshToken,
            after.idToken,
            before.sessionId,
            before.accessToken,
            before.refreshToken,
            before.idToken,
          ],
        );
        written += affected;
      }
      return written;
    });
  }

  /** Compared as text and not by LIKE: a key's name may hold its wildcard, and SQLite's LIKE takes `K1` for `k1`. */
  private get notCurrent(): string {
    const length = (this.prefixes[0] as string).length;
    return ['access_token', 'refresh_token', 'id_token']
      .map((column) => `SUBSTR(t.${column}, 1, ${length}) <> ?`)
      .join(' OR ');
  }

  private get prefixes(): string[] {
    return Array<string>(3).fill(`${this.kid}:`);
  }
}
