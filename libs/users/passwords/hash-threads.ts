import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
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
/** Milliseconds without work after which threads that need not stay end. */
const IDLE = 30_000;

export interface HashLane {
  /** Threads that stay while there is nothing to do, and those at work at most. */
  threads: { least: number; most: number };
  /** Passwords that may wait. */
  longestQueue: number;
}

const EVERYBODYS: HashLane = {
  // One core stays for the event loop.
  threads: { least: 1, most: Math.max(1, availableParallelism() - 1) },
  // At a quarter of a second each and one thread, the last one waits ten seconds.
  longestQueue: 40,
};

/** Few low-priority threads for hashing, behind a queue with an end. */
@Injectable()
export class HashThreads implements OnApplicationShutdown {
  private pool: Piscina | null = null;
  private measured: Promise<UnitCosts> | null = null;
  /** In hand or waiting. */
  private underWay = 0;

  /** @param lane everybody's, but for whom theirs must not keep waiting */
  constructor(@Optional() private readonly lane: HashLane = EVERYBODYS) {}

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

  /** Passwords in hand and those that wait. */
  load(): { running: number; waiting: number; capacity: number } {
    const waiting = this.pool?.queueSize ?? 0;
    return { running: this.underWay - waiting, waiting, capacity: this.lane.longestQueue };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
  }

  private async run(task: Record<string, unknown>): Promise<unknown> {
    const pool = (this.pool ??= newPool(this.lane));
    if (pool.queueSize >= this.lane.longestQueue) throw new ServiceBusy();
    this.underWay += 1;
    try {
      return await pool.run(task);
    } finally {
      this.underWay -= 1;
    }
  }
}

function newPool({ threads }: HashLane): Piscina {
  return new Piscina({
    filename: join(__dirname, HASH_WORKER_FILE),
    minThreads: threads.least,
    maxThreads: threads.most,
    idleTimeout: IDLE,
    concurrentTasksPerWorker: 1,
  });
}
