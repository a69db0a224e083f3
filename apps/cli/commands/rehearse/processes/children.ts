import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between SIGTERM and SIGKILL: the API has 10 s for an orderly end. */
const GRACE = 12_000;
/** Milliseconds between two looks at a process's memory; its peak is kept by the kernel, so that none is missed but the last. */
const LOOK = 100;

export interface StartOptions {
  /** Everything that the program gets of an environment. */
  env: Record<string, string>;
  /** Its working directory: no `.env.local` of a deployment is there. */
  folder: string;
}

type Process = ChildProcessByStdio<null, Readable, Readable>;

/** One program of the rehearsal, and the most memory that it was seen to use. */
export class Child {
  private peak = 0;
  private readonly looks: NodeJS.Timeout;
  readonly ended: Promise<number | null>;

  constructor(readonly process: Process) {
    this.looks = setInterval(() => this.look(), LOOK);
    this.looks.unref();
    this.look();
    this.ended = once(process, 'close').then(([code]) => {
      clearInterval(this.looks);
      return code as number | null;
    });
    this.ended.catch(() => undefined); // whoever waits for it hears of it
  }

  /** Bytes resident; 0 where the system does not tell (Linux does). */
  get peakMemory(): number {
    this.look();
    return this.peak;
  }

  /** SIGTERM, then SIGKILL. */
  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    const late = new AbortController();
    const kill = delay(GRACE, undefined, { signal: late.signal }).then(() => this.process.kill('SIGKILL'));
    await Promise.race([this.ended, kill.catch(() => undefined)]);
    await this.ended;
    late.abort();
  }

  private look(): void {
    try {
      const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
      this.peak = Math.max(this.peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended, or this is no Linux.
    }
  }
}

/** Every process that a rehearsal has started. None outlives it. */
export class Children {
  private readonly running = new Set<Child>();
  private readonly killAll = () => {
    for (const { process } of this.running) process.kill('SIGKILL');
  };

  constructor() {
    process.on('exit', this.killAll);
  }

  start(main: string, args: string[], { env, folder }: StartOptions): Child {
    const child = new Child(
      spawn(process.execPath, [main, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    this.running.add(child);
    void child.ended.catch(() => undefined).then(() => this.running.delete(child));
    return child;
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.running].map((child) => child.end()));
    process.off('exit', this.killAll);
  }
}
