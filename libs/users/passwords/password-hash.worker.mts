/**
 * Runs on a thread of its own, as it stands (Node strips the types): imports packages and Node's modules only.
 * Hashing neither blocks the event loop nor fills libuv's pool, which DNS, files and WebCrypto share.
 */
import { pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { setPriority } from 'node:os';
import { Algorithm, hashSync, verifySync } from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import type { HashPlan } from './hash-format.ts';

export type HashTask =
  | { task: 'verify'; plan: HashPlan; password: string }
  | { task: 'hash'; password: string }
  | { task: 'measure' };

/** Memory in KiB: OWASP Password Storage Cheat Sheet, Argon2id. */
const ARGON2ID = { algorithm: 2 as Algorithm, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// On Linux the priority is the thread's own; elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(10);

export default function work(task: HashTask) {
  switch (task.task) {
    case 'verify':
      return timed(() => verify(task.plan, task.password));
    case 'hash':
      return hashSync(task.password, ARGON2ID);
    case 'measure':
      return measure();
  }
}

function verify(plan: HashPlan, password: string): boolean {
  switch (plan.scheme) {
    case 'bcrypt':
      return bcrypt.compareSync(password, plan.encoded);
    case 'argon2':
      return verifySync(plan.encoded, password);
    case 'pbkdf2':
      return timingSafeEqual(
        pbkdf2Sync(password, plan.salt, plan.iterations, plan.key.length, 'sha256'),
        plan.key,
      );
  }
}

/** How long the work itself took, in milliseconds: the time before it was waiting, and no secret. */
function timed(work: () => boolean) {
  const start = performance.now();
  const matches = work();
  return { matches, took: performance.now() - start };
}

/** Milliseconds for a unit of each scheme's work; the shortest of three, because a busy machine only ever adds. */
function measure() {
  const salt = Buffer.alloc(16);
  return {
    bcrypt: shortest(() => bcrypt.hashSync('measure', 8)) / 2 ** 8,
    argon2: shortest(() => hashSync('measure', ARGON2ID)) / (ARGON2ID.memoryCost * ARGON2ID.timeCost),
    pbkdf2: shortest(() => pbkdf2Sync('measure', salt, 20_000, 32, 'sha256')) / 20_000,
  };
}

function shortest(work: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}
