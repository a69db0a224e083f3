import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { Piscina } from 'piscina';
import type { UnitCosts } from './hash-cost';
import type { HashPlan } from './hash-format';

/** The queue of passwords to be checked is full; alike for every name. */
export class ServiceBusy extends ProblemError {
  readonly code = 'service_busy';
  constructor() {
    super({ detail: 'Sign-in is busy right now. Try again in a few seconds.', retryAfter: 5 });
  }
}

export interface Verification {
  matches: boolean;
  /** Milliseconds of hashing, without the time in the queue. */
  took: number;
}

/** Loaded by a thread as a file of its own; the build copies it beside the application (tools/webpack). */
export const HASH_WORKER_FILE = 'password-hash.worker.mts';
/** Passwords that may wait. At a quarter of a second each and one thread, the last one waits ten seconds. */
const LONGEST_QUEUE = 40;
/** Milliseconds without work after which threads beyond the first end. */
const IDLE = 30_000;

/** Few low-priority threads for hashing, behind a queue with an end. */
@Injectable()
export class HashThreads implements OnApplicationShutdown {
  private pool: Piscina | null = null;
  private measured: Promise<UnitCosts> | null = null;

  /** @throws ServiceBusy */
  async verify(plan: HashPlan, password: string): Promise<Verification> {
    return (await this.run({ task: 'verify', plan, password })) as Verification;
  }

  /** @returns an argon2id hash in PHC form. @throws ServiceBusy */
  async hash(password: string): Promise<string> {
    return (await this.run({ task: 'hash', password })) as string;
  }

  /** Measured once, when first asked for. */
  async units(): Promise<UnitCosts> {
    this.measured ??= this.run({ task: 'measure' }) as Promise<UnitCosts>;
    try {
      return await this.measured;
    } catch (error) {
      this.measured = null; // the next one tries again
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
  }

  private async run(task: Record<string, unknown>): Promise<unknown> {
    const pool = (this.pool ??= newPool());
    if (pool.queueSize >= LONGEST_QUEUE) throw new ServiceBusy();
    return pool.run(task);
  }
}

function newPool(): Piscina {
  return new Piscina({
    filename: join(__dirname, HASH_WORKER_FILE),
    minThreads: 1,
    // One core stays for the event loop.
    maxThreads: Math.max(1, availableParallelism() - 1),
    idleTimeout: IDLE,
    concurrentTasksPerWorker: 1,
  });
}
