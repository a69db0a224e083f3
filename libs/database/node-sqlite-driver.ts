import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

interface DriverOptions {
  readonly?: boolean;
  /** Milliseconds to wait for another process's lock. */
  timeout?: number;
}

/**
 * Node's own SQLite behind the surface of better-sqlite3 that TypeORM's driver uses. It saves every user of this
 * product a C++ compiler (docs/adr). Transactions take the write lock at once: a read that later wants to write would
 * otherwise fail instead of waiting (https://sqlite.org/lang_transaction.html#immediate).
 */
export class NodeSqliteDriver {
  private readonly database: DatabaseSync;

  constructor(path: string, { readonly = false, timeout = 0 }: DriverOptions = {}) {
    // The file holds password hashes and tokens: made for its owner alone, whatever the umask.
    if (!readonly && path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    // A schema step edits the text of the schema (migrations/support); the defensive flag would forbid it.
    this.database = new DatabaseSync(path, { readOnly: readonly, timeout, defensive: false });
  }

  prepare(sql: string): Statement {
    return new Statement(this.database.prepare(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql));
  }

  pragma(text: string): unknown[] {
    return this.database.prepare(`PRAGMA ${text}`).all();
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }
}

class Statement {
  /** Whether it answers rows. */
  readonly reader: boolean;

  constructor(private readonly statement: StatementSync) {
    this.reader = statement.columns().length > 0;
  }

  all(...parameters: SQLInputValue[]): unknown[] {
    return this.statement.all(...parameters.map(bindable));
  }

  run(...parameters: SQLInputValue[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.statement.run(...parameters.map(bindable));
    return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
  }
}

const bindable = (value: SQLInputValue | undefined) => value ?? null;
