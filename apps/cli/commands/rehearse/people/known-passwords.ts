import { pbkdf2Sync } from 'node:crypto';
import type { Seeded } from './seeded';

/** Different passwords, and hashes of them, that the people of a rehearsal share. */
const MOST = 500;

/** Cheaper than anybody should use: the rehearsal is about people, not about how long a hash takes. */
export const HASH_COSTS = { bcrypt: 8, argon2Memory: 8192, argon2Passes: 2, pbkdf2Iterations: 12_000 };

export const HASH_FORMATS = [
  'bcrypt',
  'argon2id',
  'argon2i',
  'passlib pbkdf2-sha256',
  'Django pbkdf2_sha256',
];

const BCRYPT_PREFIXES = ['$2a$', '$2b$', '$2y$'];

/** The password of somebody by their id, as the legacy application knows it. */
export const legacyPassword = (id: number) => `legacy-password-${id % MOST}`;

/** The one over there, of people who have another there. */
export const otherPassword = (id: number) => `organisation-password-${id % MOST}`;

/**
 * Hashes of {@link legacyPassword} by `id % 500`, in the five formats that legacy tables hold, computed once. The
 * same for the same seed.
 */
export async function knownHashes(seeded: Seeded, people: number): Promise<(id: number) => string> {
  const [bcrypt, argon2] = await Promise.all([import('bcrypt'), import('@node-rs/argon2')]);
  const makers = [
    (password: string, salt: Buffer, index: number) => {
      const made = bcrypt.hashSync(password, `$2b$0${HASH_COSTS.bcrypt}$${bcryptSalt(salt)}`);
      return made.replace('$2b$', BCRYPT_PREFIXES[index % BCRYPT_PREFIXES.length] ?? '$2b$');
    },
    ...[argon2.Algorithm.Argon2id, argon2.Algorithm.Argon2i].map(
      (algorithm) => (password: string, salt: Buffer) =>
        argon2.hashSync(password, {
          algorithm,
          salt,
          memoryCost: HASH_COSTS.argon2Memory,
          timeCost: HASH_COSTS.argon2Passes,
          parallelism: 1,
        }),
    ),
    (password: string, salt: Buffer) =>
      `$pbkdf2-sha256$${HASH_COSTS.pbkdf2Iterations}$${adapted(salt)}$${adapted(pbkdf2(password, salt))}`,
    (password: string, salt: Buffer) => {
      const text = salt.toString('hex').slice(0, 12);
      return `pbkdf2_sha256$${HASH_COSTS.pbkdf2Iterations}$${text}$${pbkdf2(password, Buffer.from(text)).toString('base64')}`;
    },
  ];
  const hashes = Array.from({ length: Math.min(MOST, people + 1) }, (_, index) =>
    (makers[index % makers.length] as (typeof makers)[number])(
      legacyPassword(index),
      seeded.bytes(`salt ${index}`, 16),
      index,
    ),
  );
  return (id) => hashes[id % MOST] as string;
}

const pbkdf2 = (password: string, salt: Buffer) =>
  pbkdf2Sync(password, salt, HASH_COSTS.pbkdf2Iterations, 32, 'sha256');

/** As passlib writes base64. */
const adapted = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '');

const BCRYPT_ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 22 characters; the last of them holds two bits only. */
const bcryptSalt = (salt: Buffer) =>
  [...Buffer.concat([salt, salt])]
    .slice(0, 21)
    .map((byte) => BCRYPT_ALPHABET[byte % 64])
    .join('') + '.';
