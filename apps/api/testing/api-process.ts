import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const MAIN = resolve(__dirname, '../../../dist/apps/api/main.js');

/** The built API as a process of its own, on a free port. */
export class ApiProcess {
  private output = '';
  private readonly exited: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    const read = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
  }

  /** @param main another build than this tree's. @returns once it is ready */
  static async start(environment: Record<string, string | undefined>, main = MAIN): Promise<ApiProcess> {
    if (!existsSync(main)) throw new Error('The API is not built. Run: npx nx build api');
    const env = { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...environment };
    const started = new ApiProcess(spawn(process.execPath, [main], { env }));
    await Promise.race([
      started.said('ready at '),
      started.exited.then(() => Promise.reject(new Error(`The API ended:\n${started.output}`))),
    ]);
    return started;
  }

  /** Waits until it has written this, and returns all that it has written. */
  async said(text: string): Promise<string> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`never said ${text}:\n${this.output}`);
      await once(this.child.stdout as NodeJS.EventEmitter, 'data');
    }
    return this.output;
  }

  get url(): string {
    return /ready at (http:\/\/[^\s,"]+)/.exec(this.output)?.[1] ?? '';
  }

  /** SIGTERM. @returns how it ended and what it wrote */
  async stop(): Promise<{ code: number | null; output: string }> {
    this.child.kill('SIGTERM');
    return { code: await this.exited, output: this.output };
  }

  /** SIGKILL: it gets to do nothing any more. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
