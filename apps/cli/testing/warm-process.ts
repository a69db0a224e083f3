import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ended } from './cutover';

export interface CommandLine {
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** Standard input, base64. */
  input: string;
}

/**
 * A process that loads the built command once and then runs one command line after another: loading is most of what
 * a short command costs, and the tests run hundreds.
 */
export class WarmProcess {
  private child: Promise<ChildProcess> | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly main: string) {}

  run(line: CommandLine): Promise<Ended> {
    const ended = this.last.then(() => this.runNow(line));
    this.last = ended.catch(() => undefined);
    return ended;
  }

  async end(): Promise<void> {
    const child = await this.child;
    if (!child?.connected) return;
    child.disconnect();
    await once(child, 'exit');
  }

  private async runNow(line: CommandLine): Promise<Ended> {
    const child = await (this.child ??= this.start());
    child.send(line);
    return new Promise((done, fail) => {
      const died = (code: number | null) => {
        this.child = null;
        fail(new Error(`cutover ${line.args.join(' ')} took its process with it (${code})`));
      };
      child.once('exit', died);
      child.once('message', (ended) => {
        child.off('exit', died);
        done(ended as Ended);
      });
    });
  }

  private async start(): Promise<ChildProcess> {
    const child = fork(join(__dirname, 'warm-process.child.cjs'), [this.main], { env: {}, execArgv: [] });
    await once(child, 'message');
    return child;
  }
}
