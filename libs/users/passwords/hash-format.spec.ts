import { costOf } from './hash-cost';
import { planFor } from './hash-format';

const UNITS = { bcrypt: 0.05, argon2: 0.0005, pbkdf2: 0.0005 };
const B64 = (length: number) => 'A'.repeat(length);

describe('a stored hash', () => {
  it.each([
    ['bcrypt', `$2a$12$${B64(53)}`],
    ['bcrypt', `$2b$12$${B64(53)}`],
    ['bcrypt', `$2y$12$${B64(53)}`],
    ['argon2', `$argon2id$v=19$m=65536,t=3,p=4$${B64(22)}$${B64(43)}`],
    ['argon2', `$argon2i$v=19$m=4096,t=3,p=1$${B64(11)}$${B64(43)}`],
    ['pbkdf2', `$pbkdf2-sha256$29000$${B64(22)}$${B64(43)}`],
    ['pbkdf2', `pbkdf2_sha256$260000$seasalt$${B64(43)}=`],
  ])('of %s is understood: %s', (scheme, stored) => {
    expect(planFor(stored)?.scheme).toBe(scheme);
  });

  it.each([
    '',
    'plaintext',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    `$2x$12$${B64(53)}`,
    `$2b$12$${B64(52)}`,
    `$2b$03$${B64(53)}`,
    `$2b$32$${B64(53)}`,
    `$2b$12$${B64(53)}\n`,
    `$argon2d$v=19$m=65536,t=3,p=4$${B64(22)}$${B64(43)}`,
    `$argon2id$v=17$m=65536,t=3,p=4$${B64(22)}$${B64(43)}`,
    `$argon2id$v=19$m=65536,t=3$${B64(22)}$${B64(43)}`,
    `$pbkdf2-sha256$0$${B64(22)}$${B64(43)}`,
    `$pbkdf2-sha512$29000$${B64(22)}$${B64(86)}`,
    `pbkdf2_sha256$260000$$${B64(43)}=`,
    `pbkdf2_sha1$260000$salt$${B64(43)}=`,
    '!unusable',
  ])('of no known kind fails closed: %j', (stored) => {
    expect(planFor(stored)).toBeNull();
  });

  it('costs in proportion to its parameters', () => {
    const cost = (stored: string) => {
      const plan = planFor(stored);
      if (!plan) throw new Error('not understood');
      return costOf(plan, UNITS);
    };
    expect(cost(`$2b$13$${B64(53)}`)).toBeCloseTo(2 * cost(`$2b$12$${B64(53)}`));
    expect(cost(`$pbkdf2-sha256$58000$${B64(22)}$${B64(43)}`)).toBeCloseTo(
      2 * cost(`$pbkdf2-sha256$29000$${B64(22)}$${B64(43)}`),
    );
    expect(cost(`$argon2id$v=19$m=8192,t=4,p=1$${B64(22)}$${B64(43)}`)).toBeCloseTo(
      cost(`$argon2id$v=19$m=16384,t=2,p=1$${B64(22)}$${B64(43)}`),
    );
    expect(cost(`$argon2id$v=19$m=4194304,t=1,p=1$${B64(22)}$${B64(43)}`)).toBe(Infinity);
  });
});
