import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mysqlEngineOn, onServer, sqliteEngine, type TestEngine } from './test-engine';

const PROGRAM = join(__dirname, '..', '..', '..', 'tools', 'testing', 'serve-database.mjs');

/** How an organisation's server may be configured: what each new connection there begins with. */
export const SERVER_MODES = {
  NO_BACKSLASH_ESCAPES: `SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES'`,
  ANSI_QUOTES: `SET GLOBAL sql_mode = 'ANSI_QUOTES'`,
  PAD_CHAR_TO_FULL_LENGTH: `SET GLOBAL sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'`,
  TRADITIONAL: `SET GLOBAL sql_mode = 'TRADITIONAL'`,
  'no mode': `SET GLOBAL sql_mode = ''`,
  'autocommit=0': 'SET GLOBAL autocommit = 0',
  'its defaults': 'SET GLOBAL sql_mode = DEFAULT',
} as const;

/** A server that a test has for itself, so that it may change what new connections begin with. */
export class OwnServer {
  readonly engine: TestEngine;

  private constructor(
    private readonly program: ChildProcess,
    readonly url: string,
  ) {
    this.engine = mysqlEngineOn(() => url);
  }

  static async start(): Promise<OwnServer> {
    const program = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [url] = (await once(createInterface(program.stdout), 'line')) as [string];
    return new OwnServer(program, url);
  }

  /** @param statement of {@link SERVER_MODES}, or another that sets what is global, on top of the server's defaults */
  async begin(statement: string): Promise<void> {
    for (const reset of ['sql_mode', 'autocommit', 'completion_type', 'sql_select_limit'])
      await onServer(this.url, `SET GLOBAL ${reset} = DEFAULT`);
    await onServer(this.url, statement);
  }

  async stop(): Promise<void> {
    const ended = once(this.program, 'exit');
    this.program.stdin?.end();
    await ended;
  }
}

/** For `it.each`: a server of one's own in each of {@link SERVER_MODES}, and SQLite; each with what opens it. */
export const eachServerMode = (server: () => OwnServer): [string, () => Promise<TestEngine>][] => [
  ...Object.entries(SERVER_MODES).map(([mode, statement]): [string, () => Promise<TestEngine>] => [
    `a server that begins with ${mode}`,
    async () => {
      await server().begin(statement);
      return server().engine;
    },
  ]),
  ['SQLite', () => Promise.resolve(sqliteEngine)],
];
