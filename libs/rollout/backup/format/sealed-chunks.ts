import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const MAGIC = Buffer.from('cutover backup 1\n');
/** Bytes. The salt makes every file's key its own, so that counted nonces never meet again. */
const SALT_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const CHUNK_LENGTH = 64 * 1024;
const ALGORITHM = 'aes-256-gcm';

export type SealFault = 'not_a_backup' | 'not_authentic';

/** A sealed stream that does not open. */
export class SealError extends Error {
  constructor(readonly fault: SealFault) {
    super(fault);
  }
}

export const looksSealed = (start: Buffer) => start.subarray(0, MAGIC.length).equals(MAGIC);

/**
 * AES-256-GCM in chunks, after STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015, section 7): the number of a chunk and
 * whether it is the last are in its nonce, the file's beginning is authenticated with each. A chunk that was changed,
 * moved, left out or added does not open, and a file that was cut off lacks its last.
 *
 * @param key 32 bytes
 */
export async function* sealed(plain: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  const start = Buffer.concat([MAGIC, randomBytes(SALT_LENGTH)]);
  const fileKey = fileKeyOf(key, start);
  yield start;
  let number = 0;
  for await (const { bytes, last } of pieces(plain, CHUNK_LENGTH)) {
    const cipher = createCipheriv(ALGORITHM, fileKey, nonceOf(number++, last), { authTagLength: TAG_LENGTH });
    cipher.setAAD(start);
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

/** @throws SealError */
export async function* unsealed(file: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  const iterator = file[Symbol.asyncIterator]();
  const { start, rest } = await begun(iterator);
  const fileKey = fileKeyOf(key, start);
  let number = 0;
  for await (const { bytes, last } of pieces(rest, CHUNK_LENGTH + TAG_LENGTH)) {
    if (bytes.length < TAG_LENGTH) throw new SealError('not_authentic');
    const decipher = createDecipheriv(ALGORITHM, fileKey, nonceOf(number++, last), {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAAD(start).setAuthTag(bytes.subarray(-TAG_LENGTH));
    const opened = decipher.update(bytes.subarray(0, -TAG_LENGTH));
    try {
      decipher.final();
    } catch {
      throw new SealError('not_authentic');
    }
    yield opened;
  }
}

/** Reads what stands before the chunks. */
async function begun(
  iterator: AsyncIterator<Buffer>,
): Promise<{ start: Buffer; rest: AsyncGenerator<Buffer> }> {
  const length = MAGIC.length + SALT_LENGTH;
  let read = Buffer.alloc(0);
  while (read.length < length) {
    const next = await iterator.next();
    if (next.done) throw new SealError(looksSealed(read) ? 'not_authentic' : 'not_a_backup');
    read = Buffer.concat([read, next.value]);
  }
  if (!looksSealed(read)) throw new SealError('not_a_backup');
  async function* rest() {
    yield read.subarray(length);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { start: read.subarray(0, length), rest: rest() };
}

/** The same bytes in pieces of one length; the last may be shorter, and there always is one. */
async function* pieces(
  source: AsyncIterable<Buffer>,
  length: number,
): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  let kept = Buffer.alloc(0);
  for await (const bytes of source) {
    kept = Buffer.concat([kept, bytes]);
    while (kept.length > length) {
      yield { bytes: kept.subarray(0, length), last: false };
      kept = kept.subarray(length);
    }
  }
  yield { bytes: kept, last: true };
}

const fileKeyOf = (key: Buffer, start: Buffer) =>
  Buffer.from(hkdfSync('sha256', key, start.subarray(MAGIC.length), 'cutover backup', 32));

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_LENGTH);
  nonce.writeUIntBE(number, NONCE_LENGTH - 7, 6);
  nonce.writeUInt8(last ? 1 : 0, NONCE_LENGTH - 1);
  return nonce;
}
