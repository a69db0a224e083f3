import { execFileSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import type { TestDatabase } from './test-engine';

/** One table as the engine itself would write it out, schema and rows: what a restore would bring back. */
export function dump({ connection }: TestDatabase, table: string): string {
  return connection.engine === 'mysql'
    ? dumpMysql(connection.url, table)
    : dumpSqlite(connection.path, table);
}

function dumpMysql(connectionUrl: string, table: string): string {
  const url = new URL(connectionUrl);
  const options = [
    '--no-defaults',
    '--skip-comments',
    '--triggers',
    '--hex-blob',
    `--host=${url.hostname}`,
    `--port=${url.port || '3306'}`,
    `--user=${decodeURIComponent(url.username)}`,
    url.pathname.slice(1),
    table,
  ];
  const environment = { ...process.env, MYSQL_PWD: decodeURIComponent(url.password) };
  const [program] = ['mariadb-dump', 'mysqldump'].filter(isInstalled);
  if (!program)
    throw new Error('neither mariadb-dump nor mysqldump is installed: apt-get install -y mariadb-client');
  return execFileSync(program, options, { encoding: 'utf8', env: environment, maxBuffer: 2 ** 30 });
}

function dumpSqlite(path: string, table: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const schema = database
      .prepare(`SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ? ORDER BY type, name`)
      .all(table);
    const rows = database.prepare(`SELECT rowid, * FROM "${table}" ORDER BY rowid`).all();
    const counts = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get();
    const sequence = counts
      ? database.prepare(`SELECT seq FROM sqlite_sequence WHERE name = ?`).all(table)
      : [];
    return [...schema, ...rows, ...sequence].map((line) => JSON.stringify(line)).join('\n');
  } finally {
    database.close();
  }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
