import type { HashPlan } from './hash-format';

/** Milliseconds that one unit of each scheme's work takes on this machine. */
export interface UnitCosts {
  /** For one of bcrypt's 2^cost rounds. */
  bcrypt: number;
  /** For one KiB filled once. */
  argon2: number;
  /** For one iteration. */
  pbkdf2: number;
}

/** Milliseconds; what would cost more here is refused: one row must not be able to keep a thread busy for long. */
export const COSTLIEST = 1000;
/** KiB; a hash that asks for more could exhaust the machine before its time is up. */
const MOST_MEMORY = 512 * 1024;

/** @returns milliseconds that checking one password is expected to take here */
export function costOf(plan: HashPlan, units: UnitCosts): number {
  switch (plan.scheme) {
    case 'bcrypt':
      return 2 ** plan.cost * units.bcrypt;
    case 'argon2':
      return plan.memory > MOST_MEMORY ? Infinity : plan.memory * plan.passes * units.argon2;
    case 'pbkdf2':
      return plan.iterations * units.pbkdf2;
  }
}

/** The same work for a password that nobody has: what an unknown name is made to cost. */
export function dummyOf(plan: HashPlan): HashPlan {
  switch (plan.scheme) {
    case 'bcrypt':
      return { ...plan, encoded: `$2b$${String(plan.cost).padStart(2, '0')}$${'.'.repeat(53)}` };
    case 'argon2':
      return {
        ...plan,
        encoded: plan.encoded.replace(/[^$]+\$[^$]+$/, `${'A'.repeat(22)}$${'A'.repeat(43)}`),
      };
    case 'pbkdf2':
      return { ...plan, salt: Buffer.alloc(16), key: Buffer.alloc(32) };
  }
}
