/** A stored hash, understood: which work checks a password against it, and how much of it. */
export type HashPlan =
  | { scheme: 'bcrypt'; encoded: string; cost: number }
  | { scheme: 'argon2'; encoded: string; memory: number; passes: number }
  | { scheme: 'pbkdf2'; iterations: number; salt: Buffer; key: Buffer };

const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
const ARGON2 =
  /^\$argon2(?:id|i)(?:\$v=(?:16|19))?\$m=(\d{1,8}),t=(\d{1,5}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,172}$/;
const PASSLIB = /^\$pbkdf2-sha256\$([1-9]\d{0,8})\$([A-Za-z0-9./]{1,512})\$([A-Za-z0-9./]{43})$/;
const DJANGO = /^pbkdf2_sha256\$([1-9]\d{0,8})\$([^$]{1,512})\$([A-Za-z0-9+/]{43}=)$/;

/** @returns `null` for a format that nobody here can check: it fails closed */
export function planFor(stored: string): HashPlan | null {
  return bcryptPlan(stored) ?? argon2Plan(stored) ?? passlibPlan(stored) ?? djangoPlan(stored);
}

/** `$2a$`, `$2b$` and PHP's `$2y$` are one algorithm for passwords without NUL; the library knows the first two. */
function bcryptPlan(stored: string): HashPlan | null {
  const cost = BCRYPT.exec(stored)?.[1];
  return cost ? { scheme: 'bcrypt', encoded: stored.replace('$2y$', '$2b$'), cost: Number(cost) } : null;
}

/** PHC string, RFC 9106; one without a version is of version 16, as the reference code writes it. */
function argon2Plan(stored: string): HashPlan | null {
  const [, memory, passes] = ARGON2.exec(stored) ?? [];
  return memory && passes
    ? { scheme: 'argon2', encoded: stored, memory: Number(memory), passes: Number(passes) }
    : null;
}

/** passlib writes base64 without padding and with `.` for `+` (passlib.utils.binary, ab64). */
function passlibPlan(stored: string): HashPlan | null {
  const [, iterations, salt, key] = PASSLIB.exec(stored) ?? [];
  return iterations && salt && key
    ? { scheme: 'pbkdf2', iterations: Number(iterations), salt: adaptedBase64(salt), key: adaptedBase64(key) }
    : null;
}

/** Django's salt is the text itself (django.contrib.auth.hashers, PBKDF2PasswordHasher). */
function djangoPlan(stored: string): HashPlan | null {
  const [, iterations, salt, key] = DJANGO.exec(stored) ?? [];
  return iterations && salt && key
    ? {
        scheme: 'pbkdf2',
        iterations: Number(iterations),
        salt: Buffer.from(salt),
        key: Buffer.from(key, 'base64'),
      }
    : null;
}

const adaptedBase64 = (text: string) => Buffer.from(text.replaceAll('.', '+'), 'base64');
