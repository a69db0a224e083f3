import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { foldName } from '../../names/fold-name';
import { isAddress } from '../../names/is-address';
import type { DirectoryAccount } from '../export/directory-account';
import type { Person } from './person';

/** Rows in one transaction of the scratch file. */
const BATCH = 5000;

const SCHEMA = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -32000;
  CREATE TABLE accounts (
    objectId TEXT PRIMARY KEY, line INTEGER, upn TEXT, mail TEXT, displayName TEXT, enabled INTEGER, userType TEXT,
    upnFold TEXT, localFold TEXT, mailFold TEXT) WITHOUT ROWID;
  CREATE TABLE people (id INTEGER PRIMARY KEY, person TEXT, username TEXT, nameFold TEXT, mailFold TEXT,
    objectId TEXT, role TEXT);
  CREATE TABLE known (upnFold TEXT, objectId TEXT);
`;
/** Made once everything is in: faster than keeping them up to date. */
const INDEXES = `
  CREATE INDEX accounts_upn ON accounts (upnFold); CREATE INDEX accounts_local ON accounts (localFold);
  CREATE INDEX accounts_mail ON accounts (mailFold); CREATE INDEX people_name ON people (nameFold);
  CREATE INDEX people_mail ON people (mailFold); CREATE INDEX people_object ON people (objectId);
  CREATE INDEX known_upn ON known (upnFold);
`;
const ACCOUNT = 'objectId, line, upn, mail, displayName, enabled, userType';

/** Somebody of ours, as a reason names them. */
export interface NamedPerson {
  id: number;
  username: string;
}

/**
 * Both sides of a sync beside each other, so that what is unique can be asked for. It stands in a temporary file of
 * SQLite's, not in memory, which has no name and is gone with the process (https://sqlite.org/inmemorydb.html, temporary
 * databases). Names are compared in their folded form, to the letter.
 */
export class Directory {
  private readonly scratch = new DatabaseSync('');
  private readonly statements = new Map<string, StatementSync>();
  private pending = 0;
  private readonly domains = new Set<string>();

  constructor() {
    this.scratch.exec(`${SCHEMA} BEGIN`);
  }

  /** @returns the line of an account with the same object id, which keeps its place; `null` for a new one */
  addAccount(account: DirectoryAccount): number | null {
    const { objectId, line, upn, mail, displayName, enabled, userType } = account;
    const upnFold = foldName(upn);
    const at = upnFold.lastIndexOf('@');
    const { changes } = this.run(
      `INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      objectId,
      line,
      upn,
      mail,
      displayName,
      enabled ? 1 : 0,
      userType,
      upnFold,
      upnFold.slice(0, at),
      mail === null ? null : foldName(mail),
    );
    if (Number(changes) === 0) return this.byObjectId(objectId)?.line ?? null;
    if (userType === 'member') this.domains.add(upnFold.slice(at + 1));
    return null;
  }

  addPerson(person: Person): void {
    const { id, username, email, externalUserId, account, azureEmail } = person;
    const objectId = externalUserId?.toLowerCase() ?? null;
    this.run(
      `INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      JSON.stringify(person),
      username,
      foldName(username),
      email !== null && isAddress(email) ? foldName(email) : null,
      objectId,
      person.role,
    );
    const addKnown = (upn: string, ofObject: string) =>
      this.run(`INSERT INTO known VALUES (?, ?)`, foldName(upn), ofObject);
    if (account?.upn && account.objectId) addKnown(account.upn, account.objectId);
    if (azureEmail !== null && objectId !== null) addKnown(azureEmail, objectId);
  }

  /** Nothing is added after it. */
  complete(): void {
    this.scratch.exec(`COMMIT; ${INDEXES}`);
  }

  close(): void {
    this.scratch.close();
  }

  count(table: 'accounts' | 'people'): number {
    return Number(this.all<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`)[0]?.count);
  }

  *people(): Generator<Person> {
    for (let after = -1; ;) {
      const rows = this.all<{ id: number; person: string }>(
        `SELECT id, person FROM people WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
        after,
      );
      for (const { person } of rows) yield JSON.parse(person) as Person;
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  /** The domains of the members' UPNs: Entra takes none for these that the tenant has not verified. */
  memberDomains(): ReadonlySet<string> {
    return this.domains;
  }

  byObjectId(objectId: string): DirectoryAccount | null {
    return this.accounts('objectId = ?', objectId)[0] ?? null;
  }

  /** Accounts whose UPN, or the local part of it, is this name; two are enough to know that it is not one. */
  named(name: string): DirectoryAccount[] {
    const fold = foldName(name);
    return this.accounts(
      `objectId IN (SELECT objectId FROM accounts WHERE upnFold = ? UNION SELECT objectId FROM accounts WHERE localFold = ?)`,
      fold,
      fold,
    );
  }

  mailed(address: string): DirectoryAccount[] {
    return this.accounts('mailFold = ?', foldName(address));
  }

  /** People of this username; more than one where two rows are equal under the rule. */
  called(username: string): NamedPerson[] {
    return this.peopleWhere('nameFold = ?', foldName(username));
  }

  administrators(username: string): NamedPerson[] {
    return this.peopleWhere(`nameFold = ? AND role = 'admin'`, foldName(username));
  }

  withEmail(address: string): NamedPerson[] {
    return this.peopleWhere('mailFold = ?', foldName(address));
  }

  linkedTo(objectId: string): NamedPerson[] {
    return this.peopleWhere('objectId = ?', objectId);
  }

  /** People whose username is the account's UPN or its local part, and who have no account of their own yet. */
  claiming({ upn }: DirectoryAccount): NamedPerson[] {
    const fold = foldName(upn);
    return this.peopleWhere(
      'nameFold IN (?, ?) AND (objectId IS NULL OR objectId NOT IN (SELECT objectId FROM accounts))',
      fold,
      fold.slice(0, fold.lastIndexOf('@')),
    );
  }

  /** Whether the account's UPN was met before with another object id. */
  knownOtherwise({ upn, objectId }: DirectoryAccount): boolean {
    return (
      this.all(`SELECT 1 FROM known WHERE upnFold = ? AND objectId <> ? LIMIT 1`, foldName(upn), objectId)
        .length > 0
    );
  }

  private peopleWhere(condition: string, ...parameters: SQLInputValue[]): NamedPerson[] {
    return this.all(`SELECT id, username FROM people WHERE ${condition} ORDER BY id LIMIT 2`, ...parameters);
  }

  private accounts(condition: string, ...parameters: SQLInputValue[]): DirectoryAccount[] {
    return this.all<DirectoryAccount & { enabled: unknown }>(
      `SELECT ${ACCOUNT} FROM accounts WHERE ${condition} ORDER BY line LIMIT 2`,
      ...parameters,
    ).map((account) => ({ ...account, enabled: Boolean(account.enabled) }));
  }

  private all<T>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.prepared(sql).all(...parameters) as T[];
  }

  private run(sql: string, ...parameters: SQLInputValue[]) {
    if (++this.pending % BATCH === 0) this.scratch.exec('COMMIT; BEGIN');
    return this.prepared(sql).run(...parameters);
  }

  private prepared(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.scratch.prepare(sql)));
    return statement;
  }
}
