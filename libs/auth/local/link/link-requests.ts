import { createHash, randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import type { ProviderTokens } from '@cutover/external-auth';
import { TokenVault } from '@cutover/sessions';
import type { Meeting } from '../../external/link-objection';

/** A sign-in that waits for its proof. */
export interface LinkRequest extends Meeting {
  /** Names the row; nobody can make the token of it. */
  id: string;
  userId: number;
  tokens: ProviderTokens;
  /** Passwords tried with it, this one included. */
  tries: number;
}

/** Milliseconds that a token is good. */
const LIFE = 5 * 60_000;
/** Passwords that may be tried with one. */
const MOST_TRIES = 3;
/** Milliseconds in which whoever took a row has ended it, or has died. */
const LEASE = 60_000;
/** Milliseconds after which tokens that could not be signed out are given up: none of them lives longer unrefreshed. */
const GIVE_UP = 24 * 60 * 60_000;
/** Rows of one round. */
const BATCH = 100;

interface Row {
  userId: number;
  meeting: string;
  accessToken: string;
  refreshToken: string | null;
  idToken: string | null;
  accessTokenExpiresAt: number | string;
  tries: number;
}

/** Sign-ins that wait for the local password, in the database: any process can go on with one. Only hashes of the secrets. */
@Injectable()
export class LinkRequests {
  private readonly logger = new Logger(LinkRequests.name);

  constructor(
    private readonly database: Database,
    private readonly vault: TokenVault,
  ) {}

  /**
   * Keeps one; an older one of the same two is over.
   *
   * @returns what the page and what the browser has to bring, 256 random bits each
   */
  async open(
    userId: number,
    { identity, typed }: Meeting,
    tokens: ProviderTokens,
  ): Promise<{ linkToken: string; cookie: string }> {
    const [linkToken, cookie] = [secret(), secret()];
    const id = hashOf(linkToken);
    const sealed = this.vault.sealAll(tokens, { userId, sessionId: id });
    const { clock } = this.database;
    await this.database.transaction(async () => {
      await this.database.execute(
        `UPDATE cutover_link_requests SET expires_at = ${clock}
         WHERE user_id = ? AND object_id = ? AND expires_at > ${clock}`,
        [userId, identity.objectId],
      );
      await this.database.execute(
        `INSERT INTO cutover_link_requests (token_hash, cookie_hash, user_id, object_id, meeting, access_token,
           refresh_token, id_token, access_token_expires_at, tries, created_at, expires_at, lease_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ${clock}, ${clock} + ${LIFE}, 0)`,
        [
          id,
          hashOf(cookie),
          userId,
          identity.objectId,
          JSON.stringify({ identity, typed } satisfies Meeting),
          sealed.accessToken,
          sealed.refreshToken,
          sealed.idToken,
          tokens.accessTokenExpiresAt,
        ],
      );
    });
    return { linkToken, cookie };
  }

  /**
   * Takes one of the tries before a password is looked at, so that of any number at once only so many are.
   *
   * @returns `null` for a token that is unknown, over, used up, or not this browser's, and where no key opens the tokens
   */
  async take(linkToken: string, cookie: string | undefined): Promise<LinkRequest | null> {
    const id = hashOf(linkToken);
    const { affected } = await this.database.execute(
      `UPDATE cutover_link_requests SET tries = tries + 1
       WHERE token_hash = ? AND cookie_hash = ? AND tries < ${MOST_TRIES} AND expires_at > ${this.database.clock}`,
      [id, hashOf(cookie ?? '')],
    );
    if (affected === 0) return null;
    const [row] = await this.database.query<Row>(
      `SELECT user_id AS userId, meeting, access_token AS accessToken, refresh_token AS refreshToken, id_token AS idToken,
         access_token_expires_at AS accessTokenExpiresAt, tries
       FROM cutover_link_requests WHERE token_hash = ?`,
      [id],
    );
    if (!row) return null;
    const userId = Number(row.userId);
    const tokens = this.tokensOf(id, userId, row);
    if (!tokens) return null;
    return {
      ...(JSON.parse(row.meeting) as Meeting),
      id,
      userId,
      tries: row.tries,
      tokens: { ...tokens, accessTokenExpiresAt: Number(row.accessTokenExpiresAt) },
    };
  }

  /** A try that looked at no password. */
  async giveBack({ id }: LinkRequest): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_link_requests SET tries = tries - 1 WHERE token_hash = ? AND tries > 0`,
      [id],
    );
  }

  /** Inside the transaction that links: once, and the tokens are the caller's. @returns false where it is over */
  async use({ id }: LinkRequest): Promise<boolean> {
    const { clock } = this.database;
    const { affected } = await this.database.execute(
      `UPDATE cutover_link_requests SET expires_at = ${clock}, lease_until = ${clock} + ${LEASE}
       WHERE token_hash = ? AND expires_at > ${clock}`,
      [id],
    );
    return affected === 1;
  }

  /** The token is good no longer; what it held is still to be signed out. */
  async end({ id }: Pick<LinkRequest, 'id'>): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_link_requests SET expires_at = ${this.database.clock}
       WHERE token_hash = ? AND expires_at > ${this.database.clock}`,
      [id],
    );
  }

  async remove({ id }: Pick<LinkRequest, 'id'>): Promise<void> {
    await this.database.execute(`DELETE FROM cutover_link_requests WHERE token_hash = ?`, [id]);
  }

  /** Of those that are over, whom no process has in hand. */
  async over(): Promise<string[]> {
    const { clock } = this.database;
    const rows = await this.database.query<{ id: string }>(
      `SELECT token_hash AS id FROM cutover_link_requests WHERE expires_at <= ${clock} AND lease_until <= ${clock}
       ORDER BY expires_at LIMIT ${BATCH}`,
    );
    return rows.map(({ id }) => id);
  }

  /** Takes one that is over, for one process and a while. @returns `null` where another one has it */
  async claim(id: string): Promise<Leftover | null> {
    const { clock } = this.database;
    const { affected } = await this.database.execute(
      `UPDATE cutover_link_requests SET lease_until = ${clock} + ${LEASE}
       WHERE token_hash = ? AND expires_at <= ${clock} AND lease_until <= ${clock}`,
      [id],
    );
    if (affected === 0) return null;
    const [row] = await this.database.query<{ userId: number; sealed: string | null; isOld: number }>(
      `SELECT user_id AS userId, refresh_token AS sealed, created_at <= ${clock} - ${GIVE_UP} AS isOld
       FROM cutover_link_requests WHERE token_hash = ?`,
      [id],
    );
    if (!row) return null;
    return { id, refreshToken: this.opened(id, row), isOld: Boolean(row.isOld) };
  }

  private tokensOf(id: string, userId: number, row: Row) {
    try {
      return this.vault.openAll(row, { userId, sessionId: id });
    } catch (error) {
      this.logger.error({ err: error, userId }, 'an unproven sign-in ended: its tokens do not open');
      return null;
    }
  }

  private opened(id: string, { userId, sealed }: { userId: number; sealed: string | null }): string | null {
    try {
      return sealed && this.vault.open(sealed, 'refresh', { userId: Number(userId), sessionId: id });
    } catch {
      return null; // whoever ends a request need not be able to read it
    }
  }
}

export interface Leftover {
  id: string;
  refreshToken: string | null;
  /** It was tried for a day. */
  isOld: boolean;
}

export const isLastTry = ({ tries }: LinkRequest) => tries >= MOST_TRIES;

const secret = () => randomBytes(32).toString('base64url');
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');
