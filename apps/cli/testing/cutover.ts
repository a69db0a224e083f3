import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { WarmProcess } from './warm-process';

const MAIN = resolve(__dirname, '../../../dist/apps/cli/main.js');

const warmProcess = new WarmProcess(MAIN);
afterAll(() => warmProcess.end());

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * The built command in a folder of its own, with the settings it needs and nothing else of our environment. Command
 * lines share a process that has loaded the program, one after another, unless they are killed or run alone.
 */
export class Cutover {
  private readonly folder = mkdtempSync(join(tmpdir(), 'cutover-cli-'));
  private readonly outputs: string[] = [];

  constructor(private readonly settings: Record<string, string>) {}

  /** @param input standard input; empty where it says nothing */
  async run(
    args: string[],
    input: string | Buffer = '',
    settings: Record<string, string> = {},
  ): Promise<Ended> {
    const ended = await warmProcess.run({
      args,
      env: { ...this.settings, ...settings },
      cwd: this.folder,
      input: Buffer.from(input).toString('base64'),
    });
    this.outputs.push(ended.stdout, ended.stderr);
    return ended;
  }

  /** As {@link run}, in a process of its own: for what only a process can show, and for commands at the same time. */
  async runAlone(args: string[], settings: Record<string, string> = {}): Promise<Ended> {
    const child = this.start(args, settings);
    child.stdin.end();
    return this.ended(child);
  }

  /** Leaves standard input open until the command has said what is expected of it, then closes it. */
  async runSilently(args: string[], until: RegExp): Promise<Ended> {
    const child = this.start(args);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
      if (until.test(said)) child.stdin.end();
    });
    return this.ended(child);
  }

  /** Kills it (-9) as soon as a condition holds. @returns what it had said by then */
  async runUntilKilled(args: string[], condition: () => Promise<boolean>): Promise<Ended> {
    const child = this.start(args);
    const ended = this.ended(child);
    while (child.exitCode === null && !(await condition())) await delay(10);
    child.kill('SIGKILL');
    return ended;
  }

  /** A process of its own, to be watched; end it with {@link ended}. */
  start(args: string[], settings: Record<string, string> = {}): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: { ...this.settings, ...settings },
    });
    child.stdin.on('error', () => undefined); // it may end without reading
    return child;
  }

  async ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
    const exit = new Promise<number | null>((done) => child.once('close', done));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    this.outputs.push(stdout, stderr);
    return { code, stdout, stderr };
  }

  /** What it answers with `--json`. @throws with what it said, for any exit code but 0 */
  async answer<T>(args: string[], input?: string): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], input);
    if (code !== 0) throw new Error(`cutover ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** The exit code and the problem of a command that did not do what it was asked to, from `--json`. */
  async refusal(args: string[], input?: string | Buffer, settings?: Record<string, string>) {
    const { code, stdout, stderr } = await this.run([...args, '--json'], input, settings);
    const { error } = JSON.parse(stderr) as { error: { code: string; detail: string } };
    return { exit: code, stdout, ...error };
  }

  /** Everything that was printed so far. */
  get output(): string {
    return this.outputs.join('\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
