import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { whyKeptOut } from '../kept-out/why-kept-out';
import {
  ADMISSIBLE_COLUMNS,
  type AdmissibleRow,
  toAdmissible,
  USER_TABLES,
  type UserRecord,
} from '../user-record';
import { LocalPasswords } from './local-passwords';

export interface IssuedCode {
  /** In clear, this once. */
  code: string;
  expiresAt: Date;
}

/** Milliseconds. */
const LIFETIME = 30 * 60_000;
/** Crockford's base 32 (https://www.crockford.com/base32.html): nothing in it is misread over the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Of five bits each: 120 bits, where OWASP ASVS 5 (6.5.2) asks for 112 of a code that no password hash protects. */
const CHARACTERS = 24;
const GROUP = 6;

/**
 * Single-use codes for a new local password, one a person at most. Stored as SHA-256: of 120 random bits nothing can
 * be guessed, so a slow hash would only cost us time.
 */
@Injectable()
export class ResetCodes {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly passwords: LocalPasswords,
  ) {}

  /** @throws ValidationFailed for an inactive person: no password would let them in; LocalPasswordsGone after the clean-up */
  async assertIssuable({ active, username }: UserRecord): Promise<void> {
    await this.passwords.assertExist();
    if (active) return;
    throw new ValidationFailed({
      detail: `${username} is inactive and could not sign in with a new password.`,
    });
  }

  /**
   * Takes the place of an earlier code.
   *
   * @param by as the audit trail names people
   * @throws ValidationFailed as {@link assertIssuable}
   */
  async issue(user: UserRecord, by: string, now = Date.now()): Promise<IssuedCode> {
    await this.assertIssuable(user);
    const code = newCode();
    const expiresAt = now + LIFETIME;
    await this.database.transaction(async () => {
      await this.withdraw(user.id);
      await this.database.execute(
        `INSERT INTO cutover_reset_codes (user_id, code_hash, issued_by, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
        [user.id, hashOf(code), [...by].slice(0, 150).join(''), now, expiresAt],
      );
      await this.audit.record({
        action: 'reset_code.issued',
        actor: by,
        subject: `user:${user.id}`,
        outcome: 'success',
      });
    });
    return { code, expiresAt: new Date(expiresAt) };
  }

  /** An outstanding code is worth nothing any more. */
  async withdraw(userId: number): Promise<void> {
    await this.database.execute(`DELETE FROM cutover_reset_codes WHERE user_id = ?`, [userId]);
  }

  /**
   * Whether the code would be taken. The same statement and the same comparison for every name.
   *
   * @param user `null` for a name that no row, or more than one, stands for
   */
  async matches(user: UserRecord | null, typed: string, now = Date.now()): Promise<boolean> {
    const [row] = await this.database.query<{ hash: string }>(
      `SELECT code_hash AS hash FROM cutover_reset_codes WHERE user_id = ? AND expires_at > ?`,
      [user?.id ?? -1, now],
    );
    const equal = timingSafeEqual(
      Buffer.from(row?.hash ?? hashOf(''), 'hex'),
      Buffer.from(hashOf(typed), 'hex'),
    );
    return equal && row !== undefined && user !== null && whyKeptOut(user, 'local') === null;
  }

  /**
   * Spends the code and writes the new hash, both or neither: of any number of parallel attempts one succeeds. The
   * legacy columns are written because a person and an operator ask for it by hand (design section 3).
   *
   * @returns false where the code is spent, replaced or over by now, or the person kept out
   * @throws LocalPasswordsGone after the clean-up
   */
  async redeem(
    { id }: UserRecord,
    typed: string,
    hashedPassword: string,
    now = Date.now(),
  ): Promise<boolean> {
    return this.database.transaction(async () => {
      const [row] = await this.database.query<AdmissibleRow>(
        `SELECT ${ADMISSIBLE_COLUMNS} FROM ${USER_TABLES} WHERE u.id = ?`,
        [id],
      );
      if (!row || whyKeptOut(toAdmissible(row), 'local')) return false;
      const spent = await this.database.execute(
        `DELETE FROM cutover_reset_codes WHERE user_id = ? AND code_hash = ? AND expires_at > ?`,
        [id, hashOf(typed), now],
      );
      if (spent.affected !== 1) return false;
      await this.passwords.set(id, hashedPassword, new Date(now));
      const person = `user:${id}`;
      await this.audit.record({
        action: 'password.reset',
        actor: person,
        subject: person,
        outcome: 'success',
      });
      return true;
    });
  }
}

function newCode(): string {
  const characters = Array.from({ length: CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return characters.replace(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-');
}

/** Of what was meant: case, spaces and hyphens do not count, and O, I and L are digits. */
const hashOf = (typed: string) =>
  createHash('sha256')
    .update(typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1'))
    .digest('hex');
