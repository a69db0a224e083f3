import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type Database, PasswordsDigest } from '@cutover/database';
import { z } from 'zod';
import { BackupFileRefused } from '../backup/errors';
import { SealError, unsealed } from '../backup/format/sealed-chunks';

/** Rows read at once. */
const BATCH = 5000;
/** Characters of one line at most: a name and a password of 255 characters each, whatever they are written with. */
const LONGEST_LINE = 16 * 1024;

const headerSchema = z.strictObject({
  passwords: z.literal('cutover'),
  version: z.literal(1),
  /** When they were read, epoch milliseconds. */
  sealedAt: z.int(),
});
const passwordSchema = z.strictObject({ id: z.int(), username: z.string(), password: z.string() });
const endSchema = z.strictObject({ end: z.strictObject({ passwords: z.int(), sha256: z.string() }) });

/** What a file of sealed passwords holds, but for the passwords. */
export interface SealedPasswords {
  /** Epoch milliseconds. */
  sealedAt: number;
  passwords: number;
  /** Of their content, as the step that removes them counts it. */
  passwordsSha256: string;
  /** Of the file, in hexadecimal. */
  fileSha256: string;
}

/**
 * All local passwords, as the lines of a file: the date, a line for each person with id, name and hash as it stands, and
 * what must have come before. To be read inside of one snapshot.
 */
export async function* passwordContent(
  database: Database,
  sealedAt: number,
  onProgress: (passwords: number) => void,
): AsyncGenerator<Buffer> {
  const digest = new PasswordsDigest();
  yield lines([{ passwords: 'cutover', version: 1, sealedAt }]);
  for await (const rows of storedPasswords(database)) {
    for (const { id, password } of rows) digest.add(id, password);
    if (rows.length > 0) yield lines(rows);
    onProgress(digest.count);
  }
  yield lines([{ end: { passwords: digest.count, sha256: digest.value() } }]);
}

/** Of what stands in the table. */
export async function digestOfStored(database: Database): Promise<string> {
  const digest = new PasswordsDigest();
  for await (const rows of storedPasswords(database))
    for (const { id, password } of rows) digest.add(id, password);
  return digest.value();
}

async function* storedPasswords(
  database: Database,
): AsyncGenerator<{ id: number; username: string; password: string }[]> {
  for (let after = -1; ;) {
    const rows = await database.query<{ id: number; username: string; password: string | null }>(
      `SELECT id, username, hashed_password AS password FROM users WHERE id > ? ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.flatMap(({ password, ...row }) => (password === null ? [] : [{ ...row, password }]));
    after = last.id;
  }
}

/**
 * Reads a file of sealed passwords to its end.
 *
 * @returns `null` where there is none
 * @throws BackupFileRefused for a file that is something else, or not all of it as it was written
 */
export async function readSealedPasswords(file: string, key: Buffer): Promise<SealedPasswords | null> {
  if (!existsSync(file)) return null;
  const fileDigest = createHash('sha256');
  const digest = new PasswordsDigest();
  let [header, end]: [z.infer<typeof headerSchema> | null, z.infer<typeof endSchema>['end'] | null] = [
    null,
    null,
  ];
  for await (const line of contentOf(file, key, fileDigest)) {
    if (end !== null) throw notOurs(file);
    if (header === null) {
      header = parsed(headerSchema, line, file);
      continue;
    }
    const ending = endSchema.safeParse(line);
    if (ending.success) {
      end = ending.data.end;
      continue;
    }
    const { id, password } = parsed(passwordSchema, line, file);
    digest.add(id, password);
  }
  if (header === null || end?.passwords !== digest.count || end.sha256 !== digest.value())
    throw notOurs(file);
  return {
    sealedAt: header.sealedAt,
    passwords: digest.count,
    passwordsSha256: digest.value(),
    fileSha256: fileDigest.digest('hex'),
  };
}

/**
 * Each password that a file holds, as a line of JSON. To be asked once {@link readSealedPasswords} has read it to its end.
 *
 * @param digest is told every byte of the file: whether it is still the same one
 */
export async function* passwordLines(
  file: string,
  key: Buffer,
  digest: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const line of contentOf(file, key, digest)) {
    const password = passwordSchema.safeParse(line);
    if (password.success) yield lines([password.data]);
  }
}

async function* contentOf(
  file: string,
  key: Buffer,
  digest: ReturnType<typeof createHash>,
): AsyncGenerator<unknown> {
  async function* bytes() {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      yield chunk;
    }
  }
  try {
    let kept = '';
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const chunk of unsealed(bytes(), key)) {
      const parts = `${kept}${decoder.decode(chunk, { stream: true })}`.split('\n');
      kept = parts.pop() ?? '';
      for (const part of parts) yield JSON.parse(part);
      if (kept.length > LONGEST_LINE) throw notOurs(file);
    }
    if (kept !== '') throw notOurs(file);
  } catch (error) {
    if (error instanceof SealError || error instanceof SyntaxError || error instanceof TypeError)
      throw notOurs(file);
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new BackupFileRefused(file, `cannot be read (${code ?? 'unknown'}).`, 'Check its permissions.');
  }
}

function parsed<T>(schema: z.ZodType<T>, line: unknown, file: string): T {
  const result = schema.safeParse(line);
  if (!result.success) throw notOurs(file);
  return result.data;
}

const lines = (contents: unknown[]) =>
  Buffer.from(contents.map((content) => `${JSON.stringify(content)}\n`).join(''));

const notOurs = (file: string) =>
  new BackupFileRefused(
    file,
    'is there and holds no passwords that were sealed under this BACKUP_KEY, or not all of them.',
    'Name another file, or set the BACKUP_KEY it was sealed under.',
  );
