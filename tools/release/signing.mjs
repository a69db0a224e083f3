import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Stopped } from '../console/stopped.mjs';

const SETTING = 'RELEASE_SIGNING_KEY_PATH';

/**
 * The key that releases are signed with, from the file that the setting names: nothing of it is in an argument or in the
 * environment of any program.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('node:crypto').KeyObject | null} null where the setting is not there
 * @throws {Stopped} where the file holds no Ed25519 key, or others may read it
 */
export function signingKey(env = process.env) {
  const path = env[SETTING];
  if (!path) return null;
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new Stopped(
        `${SETTING}: others may read that file. Run \`chmod 600\` on it and make a new key if they did.`,
      );
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    if (error instanceof Stopped) throw error;
  }
  throw new Stopped(
    `${SETTING} must name a file with an Ed25519 key in PEM, without a passphrase (docs/release.md).`,
  );
}

/** Ed25519 (RFC 8032) over the bytes as they stand: the same bytes have the same signature. */
export const signature = (/** @type {import('node:crypto').KeyObject} */ key, /** @type {Buffer} */ bytes) =>
  sign(null, bytes, key);

/** SHA-256 of the public key, by which people recognise it. */
export function fingerprint(/** @type {import('node:crypto').KeyObject} */ key) {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex');
}
