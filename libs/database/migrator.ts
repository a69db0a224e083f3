import { Injectable } from '@nestjs/common';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { MigrationRefusal } from '@cutover/migrations';
import { classified, MigrationRefused } from './errors';

export interface MigrationStatus {
  /** Oldest first. */
  applied: string[];
  pending: string[];
  /** Steps in the database that this version does not know: it is older than the schema. */
  unknown: string[];
}

const TABLE = 'cutover_migrations';
/** As TypeORM reads and writes it; its own for SQLite would leave the table of AUTOINCREMENT behind. */
const CREATE_TABLE = {
  mysql: `CREATE TABLE IF NOT EXISTS ${TABLE} (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, timestamp BIGINT NOT NULL, name VARCHAR(255) NOT NULL)`,
  sqlite: `CREATE TABLE IF NOT EXISTS ${TABLE} (id integer PRIMARY KEY NOT NULL, timestamp bigint NOT NULL, name varchar NOT NULL)`,
};
/** The lock's name is the server's, so it names the database too; 64 characters are the most MySQL takes. */
const LOCK = `CONCAT('cutover_', MD5(DATABASE()))`;
/** Seconds to wait for another process that is migrating. */
const LOCK_TIMEOUT = 60;

/** Applies schema steps and takes them back, one process at a time. */
@Injectable()
export class Migrator {
  constructor(private readonly dataSource: DataSource) {}

  async status(): Promise<MigrationStatus> {
    const known = this.dataSource.migrations.map(({ name }) => name ?? '');
    const runner = this.dataSource.createQueryRunner();
    try {
      const executed = await this.executedNames(runner);
      return {
        applied: known.filter((name) => executed.includes(name)),
        pending: known.filter((name) => !executed.includes(name)),
        unknown: executed.filter((name) => !known.includes(name)),
      };
    } catch (error) {
      throw classified(error);
    } finally {
      await runner.release();
    }
  }

  /** @returns the names of the steps it applied */
  async migrate(): Promise<string[]> {
    return this.alone(async (runner) => {
      await runner.query(CREATE_TABLE[this.isSqlite ? 'sqlite' : 'mysql']);
      try {
        return (await this.executor(runner).executePendingMigrations()).map(({ name }) => name);
      } catch (error) {
        await this.tidy(runner).catch(() => undefined); // the first failure is the one to be told
        throw error;
      }
    });
  }

  /**
   * @param steps how many to take back, newest first
   * @returns the names of the steps it took back
   * @throws MigrationRefused naming what would be lost; nothing of that step is changed then
   */
  async revert(steps = 1): Promise<string[]> {
    return this.alone(async (runner) => {
      const reverted: string[] = [];
      for (let step = 0; step < steps; step++) {
        const newest = (await this.executedNames(runner)).at(-1);
        if (newest === undefined) break;
        await this.executor(runner).undoLastMigration();
        reverted.push(newest);
      }
      await this.tidy(runner);
      return reverted;
    });
  }

  private get isSqlite(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  /** In the order in which they were applied. */
  private async executedNames(runner: QueryRunner): Promise<string[]> {
    if (!(await runner.hasTable(TABLE))) return [];
    const rows = (await runner.query(`SELECT name FROM ${TABLE} ORDER BY id`)) as {
      name: string;
    }[];
    return rows.map(({ name }) => name);
  }

  /** Nothing of ours stays behind in a database that was given back, or that was never taken. */
  private async tidy(runner: QueryRunner): Promise<void> {
    if ((await this.executedNames(runner)).length === 0) await runner.query(`DROP TABLE IF EXISTS ${TABLE}`);
  }

  private executor(runner: QueryRunner): MigrationExecutor {
    const executor = new MigrationExecutor(this.dataSource, runner);
    executor.transaction = 'none';
    return executor;
  }

  private async alone<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await (this.isSqlite ? inOneTransaction : underLock)(runner, () => work(runner));
    } catch (error) {
      throw error instanceof MigrationRefusal
        ? new MigrationRefused({ detail: error.message })
        : classified(error);
    } finally {
      await runner.release();
    }
  }
}

/** SQLite takes changes of the schema back like any other, and its write lock keeps other processes waiting. */
async function inOneTransaction<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  await runner.startTransaction();
  try {
    const result = await work();
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

/** MySQL commits every change of the schema by itself: the steps can be run again, and a named lock keeps others out. */
async function underLock<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  const [row] = (await runner.query(`SELECT GET_LOCK(${LOCK}, ?) AS held`, [LOCK_TIMEOUT])) as {
    held: unknown;
  }[];
  if (Number(row?.held) !== 1) {
    throw new MigrationRefusal(
      `Another process has been migrating this database for ${LOCK_TIMEOUT} s. Wait for it, then try again.`,
    );
  }
  try {
    return await work();
  } finally {
    await runner.query(`SELECT RELEASE_LOCK(${LOCK})`);
  }
}
