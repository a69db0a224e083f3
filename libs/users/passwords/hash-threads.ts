import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { Piscina } from 'piscina';
import { FairQueue } from './fair-queue';
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

/** Who waits for whom: what is known of where a password comes from. */
export interface HashTurn {
  /** Known devices and strangers take turns, whoever is more. */
  lane: 'known-device' | 'stranger';
  /** Whose share of the lane it takes: a person's, or a network's. */
  share: string;
}

/** Where nobody says where a password comes from. */
export const ANYBODYS: HashTurn = { lane: 'stranger', share: '' };
/** Our own: a password to be stored, a measurement. */
const OURS: HashTurn = { lane: 'known-device', share: '' };
const LANES = ['known-device', 'stranger'] as const;

export interface HashLimits {
  /** Threads that stay while there is nothing to do, and those at work at most. */
  threads: { least: number; most: number };
  /** Passwords that may wait in each lane. */
  longestQueue: number;
}

const EVERYBODYS: HashLimits = {
  // One core stays for the event loop.
  threads: { least: 1, most: Math.max(1, availableParallelism() - 1) },
  // At a quarter of a second each and one thread, the last one waits ten seconds, or twenty while both lanes are full.
  longestQueue: 40,
};

interface Waiting {
  start(): void;
  refuse(): void;
}

/**
 * Few low-priority threads for hashing, behind queues with an end. Strangers never keep a known device waiting for more
 * than every other turn, and among themselves share what is left by network.
 */
@Injectable()
export class HashThreads implements OnApplicationShutdown {
  private pool: Piscina | null = null;
  private measured: Promise<UnitCosts> | null = null;
  private running = 0;
  private readonly queues: Record<HashTurn['lane'], FairQueue<Waiting>>;
  /** The lane that was served last. */
  private served: HashTurn['lane'] = 'stranger';

  /** @param limits everybody's, but for whom theirs must not keep waiting */
  constructor(@Optional() private readonly limits: HashLimits = EVERYBODYS) {
    this.queues = {
      'known-device': new FairQueue(limits.longestQueue),
      stranger: new FairQueue(limits.longestQueue),
    };
  }

  /** @throws ServiceBusy */
  async verify(plan: HashPlan, password: string, turn: HashTurn): Promise<Verification> {
    return (await this.run({ task: 'verify', plan, password }, turn)) as Verification;
  }

  /** @returns an argon2id hash in PHC form. @throws ServiceBusy */
  async hash(password: string): Promise<string> {
    return (await this.run({ task: 'hash', password }, OURS)) as string;
  }

  /** Measured once, when first asked for. */
  async units(): Promise<UnitCosts> {
    this.measured ??= this.run({ task: 'measure' }, OURS) as Promise<UnitCosts>;
    try {
      return await this.measured;
    } catch (error) {
      this.measured = null; // the next one tries again
      throw error;
    }
  }

  /** Passwords in hand, and those that wait in the fuller lane. */
  load(): { running: number; waiting: number; capacity: number } {
    const waiting = Math.max(...LANES.map((lane) => this.queues[lane].size));
    return { running: this.running, waiting, capacity: this.limits.longestQueue };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
  }

  private async run(task: Record<string, unknown>, turn: HashTurn): Promise<unknown> {
    const pool = (this.pool ??= newPool(this.limits));
    await this.place(turn);
    try {
      return await pool.run(task);
    } finally {
      this.running -= 1;
      this.startNext();
    }
  }

  /** @throws ServiceBusy at once where no place is left, or later where a fairer share needs it */
  private place({ lane, share }: HashTurn): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { start: resolve, refuse: () => reject(new ServiceBusy()) };
      this.queues[lane].push(share, waiting)?.refuse();
      if (this.running < this.limits.threads.most) this.startNext();
    });
  }

  private startNext(): void {
    const other = this.served === 'stranger' ? 'known-device' : 'stranger';
    for (const lane of [other, this.served] as const) {
      const next = this.queues[lane].shift();
      if (!next) continue;
      this.served = lane;
      this.running += 1;
      next.start();
      return;
    }
  }
}

function newPool({ threads }: HashLimits): Piscina {
  return new Piscina({
    filename: join(__dirname, HASH_WORKER_FILE),
    minThreads: threads.least,
    maxThreads: threads.most,
    idleTimeout: IDLE,
    concurrentTasksPerWorker: 1,
  });
}
