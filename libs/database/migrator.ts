import { Injectable } from '@nestjs/common';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { contractMigrations, foresees, MigrationRefusal } from '@cutover/migrations';
import type { Engine } from './database';
import { classified, MigrationRefused } from './errors';

export interface MigrationStatus {
  /** Oldest first; steps without a way back too. */
  applied: string[];
  pending: string[];
  /** Steps in the database that this version does not know: it is older than the schema. */
  unknown: string[];
}

/** Steps without a way back, by `contractMigrations`. */
export interface ContractStatus {
  applied: string[];
  /** Left to `cutover cleanup apply`. */
  withheld: string[];
}

const CONTRACT = contractMigrations.map((Step) => new Step());
const CONTRACT_NAMES = CONTRACT.map(({ name }) => name);

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

/** What a {@link Precondition} may ask. */
export interface Reader {
  engine: Engine;
  query(sql: string, parameters: unknown[]): Promise<unknown[]>;
}

/** Says beforehand, of what other libs know, why the steps would not do. @throws MigrationRefused */
export type Precondition = (reader: Reader) => Promise<void>;

/** Applies schema steps and takes them back, one process at a time. */
@Injectable()
export class Migrator {
  private readonly preconditions: Precondition[] = [];

  constructor(private readonly dataSource: DataSource) {}

  addPrecondition(precondition: Precondition): void {
    this.preconditions.push(precondition);
  }

  async status(): Promise<MigrationStatus> {
    const steps = this.dataSource.migrations.map(({ name }) => name ?? '');
    const known = [...steps, ...CONTRACT_NAMES];
    const executed = await this.executed();
    return {
      applied: known.filter((name) => executed.includes(name)),
      pending: steps.filter((name) => !executed.includes(name)),
      unknown: executed.filter((name) => !known.includes(name)),
    };
  }

  async contractStatus(): Promise<ContractStatus> {
    const executed = await this.executed();
    return {
      applied: CONTRACT_NAMES.filter((name) => executed.includes(name)),
      withheld: CONTRACT_NAMES.filter((name) => !executed.includes(name)),
    };
  }

  /**
   * What {@link migrate} would apply.
   *
   * @throws MigrationRefused where a step would not run, as far as can be said without trying
   */
  async applicable(): Promise<string[]> {
    const { pending } = await this.status();
    const runner = this.dataSource.createQueryRunner();
    try {
      await this.foresee(runner, pending);
      return pending;
    } catch (error) {
      throw refused(error);
    } finally {
      await runner.release();
    }
  }

  /** @returns the names of the steps it applied */
  async migrate(): Promise<string[]> {
    return this.alone(async (runner) => {
      const executed = await this.executedNames(runner);
      const steps = this.dataSource.migrations.map(({ name }) => name ?? '');
      await this.foresee(
        runner,
        steps.filter((name) => !executed.includes(name)),
      );
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
   * Applies the steps without a way back. For the clean-up alone, which knows whether the time has come.
   *
   * @returns the names of the steps it applied
   * @throws MigrationRefused where other steps are pending, or one of these will not run; nothing was removed then
   */
  async contract(): Promise<string[]> {
    return this.alone(async (runner) => {
      const executed = await this.executedNames(runner);
      if (this.dataSource.migrations.some(({ name }) => !executed.includes(name ?? '')))
        throw new MigrationRefusal('Schema steps are pending. Run "cutover db migrate" first.');
      const steps = CONTRACT.filter(({ name }) => !executed.includes(name));
      for (const step of steps) {
        await step.up(runner);
        await runner.query(`INSERT INTO ${TABLE} (timestamp, name) VALUES (?, ?)`, [
          Number(/\d+$/.exec(step.name)?.[0]),
          step.name,
        ]);
      }
      return steps.map(({ name }) => name);
    });
  }

  /**
   * What {@link revert} would take back, as far as can be said without trying.
   *
   * @throws MigrationRefused where there is no way back
   */
  async revertible(steps: number): Promise<string[]> {
    const names = (await this.executed()).toReversed().slice(0, steps);
    const [first] = names.filter((name) => CONTRACT_NAMES.includes(name));
    try {
      CONTRACT.find(({ name }) => name === first)?.down();
    } catch (error) {
      throw refused(error);
    }
    return names;
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
        CONTRACT.find(({ name }) => name === newest)?.down();
        await this.executor(runner).undoLastMigration();
        reverted.push(newest);
      }
      await this.tidy(runner);
      return reverted;
    });
  }

  /** What one of the last steps would be refused for, none is begun for. */
  private async foresee(runner: QueryRunner, pending: readonly string[]): Promise<void> {
    const steps = this.dataSource.migrations.filter(({ name }) => pending.includes(name ?? ''));
    for (const step of steps) if (foresees(step)) await step.foresee(runner);
    if (pending.length === 0) return;
    const reader: Reader = {
      engine: this.isSqlite ? 'sqlite' : 'mysql',
      query: async (sql, parameters) => (await runner.query(sql, parameters)) as unknown[],
    };
    for (const precondition of this.preconditions) await precondition(reader);
  }

  private get isSqlite(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  private async executed(): Promise<string[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await this.executedNames(runner);
    } catch (error) {
      throw classified(error);
    } finally {
      await runner.release();
    }
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
      throw refused(error);
    } finally {
      await runner.release();
    }
  }
}

const refused = (error: unknown) =>
  error instanceof MigrationRefusal ? new MigrationRefused({ detail: error.message }) : classified(error);

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
