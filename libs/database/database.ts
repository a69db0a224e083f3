import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { classified, isDeadlock } from './errors';
import { mysqlPoolLoad, type PoolLoad } from './pool-load';
import { Turnstile } from './turnstile';

export type Engine = 'mysql' | 'sqlite';

export interface WriteResult {
  affected: number;
  insertId: number;
}

/** How a transaction ended. `unknown`: the answer to its commit was lost, so that it may stand or not. */
export type Outcome = 'committed' | 'rolled back' | 'unknown';

interface Transaction {
  readonly runner: QueryRunner;
  /** A statement that somebody forgot to wait for may come after the end; it is none of the transaction's then. */
  open: boolean;
  /** To be done when it is over. */
  readonly afterwards: ((outcome: Outcome) => void)[];
}

const CLOCKS: Record<Engine, string> = {
  mysql: `(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)`,
  sqlite: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
};

/** How a transaction begins that sees one state of the database. SQLite's own takes its view at the first read. */
const SNAPSHOT: Record<Engine, string[]> = {
  mysql: [
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
  ],
  sqlite: ['BEGIN DEFERRED TRANSACTION', 'SELECT 1 FROM sqlite_schema LIMIT 1'],
};

/** Times that a transaction which lost to another one is run. */
const ATTEMPTS = 3;

/**
 * The one door to the database. Statements of a transaction find their way into it by the call chain, so that a
 * repository need not know whether it runs inside one.
 */
@Injectable()
export class Database {
  readonly engine: Engine;
  /**
   * SQL for now, in epoch milliseconds by the database's own clock: the one that all processes share. MySQL's UNIX_TIMESTAMP
   * would count an hour twice where the server keeps daylight saving time.
   */
  readonly clock: string;
  private readonly transactions = new AsyncLocalStorage<Transaction>();
  /** SQLite has one connection: a statement that slips in between two of a transaction would become part of it. */
  private readonly turnstile: Turnstile | null;

  constructor(private readonly dataSource: DataSource) {
    this.engine = dataSource.options.type === 'better-sqlite3' ? 'sqlite' : 'mysql';
    this.clock = CLOCKS[this.engine];
    this.turnstile = this.engine === 'sqlite' ? new Turnstile() : null;
  }

  /**
   * Rows of a SELECT; `?` stands for a parameter on both engines.
   *
   * @throws ServiceUnavailable
   */
  async query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.run(async (runner) => (await runner.query(sql, parameters)) as T[]);
  }

  /** @throws ServiceUnavailable */
  async execute(sql: string, parameters: unknown[] = []): Promise<WriteResult> {
    return this.run(async (runner) => {
      const { raw, affected } = await runner.query(sql, parameters, true);
      return typeof raw === 'object' && raw !== null
        ? {
            affected: (raw as { affectedRows: number }).affectedRows,
            insertId: (raw as { insertId: number }).insertId,
          }
        : { affected: affected ?? 0, insertId: Number(raw) };
    });
  }

  /** @throws ServiceUnavailable */
  async hasTable(name: string): Promise<boolean> {
    return this.run((runner) => runner.hasTable(name));
  }

  /**
   * All of `work` or nothing. Inside another transaction it joins that one. `work` is run again after a deadlock, so it
   * does nothing but talk to the database.
   *
   * @throws ServiceUnavailable, and whatever `work` throws, after undoing it
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.transactions.getStore()?.open) return work();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.alone((runner) => this.inTransaction(runner, work));
      } catch (error) {
        if (attempt === ATTEMPTS || !isDeadlock(error)) throw classified(error);
      }
    }
  }

  /** Whether the caller is inside a transaction: what it reads by another connection, it may not see, or wait for for ever. */
  get isInTransaction(): boolean {
    return this.transactions.getStore()?.open ?? false;
  }

  /**
   * Everything that `work` reads is of one instant, whoever writes meanwhile; it keeps nobody from writing, and writes
   * nothing itself. InnoDB tables and SQLite.
   *
   * @throws ServiceUnavailable, and whatever `work` throws
   */
  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.alone(async (runner) => {
        for (const statement of SNAPSHOT[this.engine]) await runner.query(statement);
        const transaction: Transaction = { runner, open: true, afterwards: [] };
        try {
          return await this.transactions.run(transaction, work);
        } finally {
          transaction.open = false;
          await runner.query('ROLLBACK').catch(() => undefined); // a lost connection has ended it by itself
        }
      });
    } catch (error) {
      throw classified(error);
    }
  }

  /**
   * Leaves nothing behind of what was deleted: SQLite's file keeps it in free pages and in its log. MySQL's keeps what its
   * own purge has not reached, for a moment, and what is in the binary log for as long as that is kept.
   */
  async reclaim(): Promise<void> {
    if (this.engine === 'mysql') return;
    await this.execute('VACUUM');
    await this.query('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** The transaction that is under way, as a key for what belongs to it; `null` outside of one. */
  get scope(): object | null {
    const transaction = this.transactions.getStore();
    return transaction?.open ? transaction : null;
  }

  /**
   * Does something that must not come before the commit: at once outside of a transaction, else when it is over. Also
   * after an undone one, because a commit whose answer was lost looks like that.
   */
  afterwards(work: (outcome: Outcome) => void): void {
    const transaction = this.transactions.getStore();
    if (transaction?.open) transaction.afterwards.push(work);
    else work('committed');
  }

  /** How busy this process's connections are; `null` where that cannot be told. */
  load(): PoolLoad | null {
    if (!this.turnstile) return mysqlPoolLoad(this.dataSource);
    const { inside, waiting } = this.turnstile.load;
    return { inUse: inside, idle: 1 - inside, most: 1, waiting };
  }

  private async inTransaction<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
    const transaction: Transaction = { runner, open: true, afterwards: [] };
    let outcome: Outcome = 'rolled back';
    await runner.startTransaction();
    try {
      const result = await this.transactions.run(transaction, work);
      transaction.open = false;
      outcome = 'unknown';
      await runner.commitTransaction();
      outcome = 'committed';
      return result;
    } catch (error) {
      transaction.open = false;
      await runner.rollbackTransaction().catch(() => undefined); // a lost connection has rolled back by itself
      throw error;
    } finally {
      for (const afterwards of transaction.afterwards) afterwards(outcome);
    }
  }

  private async run<T>(statement: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const transaction = this.transactions.getStore();
    try {
      return await (transaction?.open ? statement(transaction.runner) : this.alone(statement));
    } catch (error) {
      // Inside a transaction a deadlock stays what it is, so that the whole transaction can be run again.
      throw transaction?.open && isDeadlock(error) ? error : classified(error);
    }
  }

  private async alone<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const leave = await this.turnstile?.enter();
    const runner = this.dataSource.createQueryRunner();
    try {
      return await work(runner);
    } finally {
      await runner.release();
      leave?.();
    }
  }
}
