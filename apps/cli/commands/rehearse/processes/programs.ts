import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { ProgramFailed } from '../errors';
import type { Artefacts } from './artefacts';
import { Children, type Child } from './children';
import { ofTheSystem } from './child-settings';

/** The most memory that each kind of program used, in bytes. */
export interface PeakMemory {
  cli: number;
  /** The command that used most. */
  cliCommand: string;
  api: number;
  standIn: number;
}

/** What a command answered with `--json`. */
interface Answered<T> {
  exit: number | null;
  /** `null` where it answered nothing. */
  answer: T | null;
  /** Why it did not do what it was asked to. */
  why: string;
}

/** The real programs, each as a process of its own: the command, the API and the stand-in of the provider. */
export class Programs {
  private readonly children = new Children();
  private readonly memory: PeakMemory = { cli: 0, cliCommand: '', api: 0, standIn: 0 };
  private readonly longLived: { kind: 'api' | 'standIn'; child: Child }[] = [];
  private readonly workFolder: string;
  /** Settings of the API and the command; the stand-in's address is added once it is known. */
  settings: Record<string, string>;

  constructor(
    private readonly artefacts: Artefacts,
    private readonly folder: string,
    settings: Record<string, string>,
  ) {
    this.settings = settings;
    this.workFolder = join(folder, 'work');
    mkdirSync(this.workFolder, { recursive: true, mode: 0o700 });
  }

  /** Runs `cutover …` and takes its answer. @throws ProgramFailed for any exit code but 0 */
  async cutover<T>(args: string[], settings: Record<string, string> = {}): Promise<T> {
    const { exit, answer, why } = await this.attempt<T>(args, settings);
    if (exit === 0 && answer !== null) return answer;
    throw new ProgramFailed(`cutover ${args.join(' ')}`, `exit code ${exit}: ${why}`);
  }

  /** As {@link cutover}, for commands whose exit code is an answer too. */
  async attempt<T>(args: string[], settings: Record<string, string> = {}): Promise<Answered<T>> {
    const child = this.children.start(this.artefacts.cli, ['--json', ...args], {
      folder: this.workFolder,
      env: { ...this.settings, ...settings },
    });
    const { stdout, stderr } = child.process;
    const [said, complained, exit] = await Promise.all([text(stdout), text(stderr), child.ended]);
    if (child.peakMemory > this.memory.cli)
      Object.assign(this.memory, { cli: child.peakMemory, cliCommand: nameOf(args) });
    return { exit, answer: said.trim() === '' ? null : (JSON.parse(said) as T), why: reasonIn(complained) };
  }

  /** @returns its URL, once it answers */
  async startStandIn(): Promise<string> {
    const env = { ...ofTheSystem(), NODE_ENV: 'development', AUTH_API_PORT: '0' };
    return this.startServer('standIn', this.artefacts.standIn, env, 'auth-api.log');
  }

  /** @returns its URL, once it is ready */
  async startApi(): Promise<string> {
    const env = { ...this.settings, HOST: '127.0.0.1', PORT: '0' };
    return this.startServer('api', this.artefacts.api, env, 'api.log');
  }

  async stopApi(): Promise<void> {
    await Promise.all(this.longLived.filter(({ kind }) => kind === 'api').map(({ child }) => child.end()));
    this.lookAtMemory();
  }

  endAll(): Promise<void> {
    this.lookAtMemory();
    return this.children.endAll();
  }

  peakMemory(): PeakMemory {
    this.lookAtMemory();
    return { ...this.memory };
  }

  private async startServer(
    kind: 'api' | 'standIn',
    main: string,
    env: Record<string, string>,
    logFile: string,
  ): Promise<string> {
    const child = this.children.start(main, [], { folder: this.workFolder, env });
    this.longLived.push({ kind, child });
    const { stdout, stderr } = child.process;
    const log = createWriteStream(join(this.folder, logFile), { flags: 'a', mode: 0o600 });
    stderr.pipe(log, { end: false });
    stdout.pipe(log, { end: false });
    void child.ended.catch(() => undefined).then(() => log.end());
    return Promise.race([
      new Promise<string>((ready) => {
        createInterface({ input: stdout }).on('line', (line) => {
          const [, url] = /ready at (http:\/\/[\d.]+:\d+)/.exec(line) ?? [];
          if (url !== undefined) ready(url);
        });
      }),
      child.ended.then((code) => {
        throw new ProgramFailed(main, `it ended with ${code} before it was ready`);
      }),
    ]);
  }

  private lookAtMemory(): void {
    for (const { kind, child } of this.longLived)
      this.memory[kind] = Math.max(this.memory[kind], child.peakMemory);
  }
}

/** Without what it was called with, which may be long: `users sync`. */
const nameOf = (args: string[]) => {
  const end = args.findIndex((arg) => arg.startsWith('-'));
  return args.slice(0, end < 0 ? 2 : Math.min(end, 2)).join(' ');
};

/** `{"error":{"code","detail"}}` on its last line, or what else it complained of. */
function reasonIn(complained: string): string {
  try {
    const { error } = JSON.parse(complained.trim().split('\n').at(-1) ?? '') as { error: { detail: string } };
    return error.detail;
  } catch {
    return complained.trim().slice(-500);
  }
}
