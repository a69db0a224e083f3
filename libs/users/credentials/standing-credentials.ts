import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { readingHashes } from '../passwords/local-passwords';
import { whyKeptOut } from '../kept-out/why-kept-out';
import { ADMISSIBLE_COLUMNS, type AdmissibleRow, PERSON_JOINS, toAdmissible } from '../user-record';
import { type CheckedCredential, checkedCredential } from './checked-credential';

export interface Claim {
  userId: number;
  credential: CheckedCredential;
}

interface Row extends AdmissibleRow {
  id: number;
  role: string;
  passwordHash: string | null;
  breakGlassHash: string | null;
}

const places = (values: readonly unknown[]) => values.map(() => '?').join(', ');

/**
 * Whether what people signed in with still opens their accounts. Checking a password takes its time, and the credential
 * may be replaced meanwhile; so it is compared once more in the transaction that writes the session, under a lock that
 * whoever replaces a credential takes too.
 */
@Injectable()
export class StandingCredentials {
  constructor(private readonly database: Database) {}

  /** Keeps everybody else from the rows of people until the end of the transaction, which reads nothing before. */
  async lock(userIds: readonly number[]): Promise<void> {
    // On SQLite a transaction that writes has the file for itself.
    if (this.database.engine !== 'mysql' || userIds.length === 0) return;
    const ids = [...new Set(userIds)].sort((a, b) => a - b);
    await this.database.query(
      `SELECT id FROM users FORCE INDEX (PRIMARY) WHERE id IN (${places(ids)}) ORDER BY id FOR UPDATE`,
      ids,
    );
  }

  /**
   * For each, whether its credential is the one that opens the account now, and the person may sign in at all. To be asked once all of the people are locked.
   *
   * @param claims at least one
   */
  async stand(claims: readonly Claim[]): Promise<boolean[]> {
    const rows = await this.read(claims);
    const people = new Map(rows.map((row) => [row.id, row]));
    return claims.map(({ userId, credential }) => {
      const stored = storedFor(people.get(userId), credential.kind);
      return stored !== null && checkedCredential(credential.kind, stored).digest === credential.digest;
    });
  }

  /** Whoever signs in externally does not depend on the legacy passwords, which the clean-up removes. */
  private read(claims: readonly Claim[]): Promise<Row[]> {
    const ids = [...new Set(claims.map(({ userId }) => userId))];
    const select = (hash: string) =>
      this.database.query<Row>(
        `SELECT u.id, u.role, ${ADMISSIBLE_COLUMNS}, ${hash} AS passwordHash, bg.password_hash AS breakGlassHash
         FROM users u ${PERSON_JOINS} WHERE u.id IN (${places(ids)})`,
        ids,
      );
    const local = claims.some(({ credential }) => credential.kind === 'password');
    return local ? readingHashes(select) : select('NULL');
  }
}

/** What opens the account by this kind of credential; `null` where nothing does. */
function storedFor(person: Row | undefined, kind: CheckedCredential['kind']): string | null {
  if (!person) return null;
  const admissible = toAdmissible(person);
  if (whyKeptOut(admissible, kind === 'link' ? 'external' : 'local') !== null) return null;
  // Who has break-glass credentials gets in with these alone.
  if (admissible.breakGlass)
    return kind === 'break_glass' && person.role === 'admin' ? person.breakGlassHash : null;
  if (kind === 'password') return person.passwordHash;
  return kind === 'link' ? person.externalUserId : null;
}
