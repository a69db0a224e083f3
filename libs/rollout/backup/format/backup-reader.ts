import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { linesOf } from '@cutover/users';
import { BackupFileRefused } from '../errors';
import {
  type BackupHeader,
  type BackupRecord,
  type Counts,
  endSchema,
  headerSchema,
  recordSchema,
} from './records';
import { looksSealed, SealError, unsealed } from './sealed-chunks';
import { Tally } from './tally';

const NEWLINE = 0x0a;
/** Bytes of one line: a person with every column they may have. Keeps a file of foreign making out of the memory. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** Bytes of the first one: what is no backup is told by it, whatever its size. */
const LONGEST_HEADER = 1024 * 1024;

export interface VerifiedFile {
  header: BackupHeader;
  counts: Counts;
  /** Of the file, in hexadecimal. */
  sha256: string;
}

/** Reads a backup from its beginning to its end. What it has answered is to be believed once it came to the end. */
export class BackupReader {
  /** The line that is read, from 1. */
  private line = 0;

  /** @param key `null` for a backup in plain text */
  constructor(
    private readonly file: string,
    private readonly key: Buffer | null,
  ) {}

  /** Reads all of it. @throws BackupFileRefused for whatever is not exactly as it was written */
  async verify(): Promise<VerifiedFile> {
    let header: BackupHeader | null = null;
    const records = this.records((read) => (header = read));
    let next = await records.next();
    while (!next.done) next = await records.next();
    return { header: header as unknown as BackupHeader, ...next.value };
  }

  /**
   * @param onHeader told before the first record
   * @returns counts and digest, at the end
   * @throws BackupFileRefused
   */
  async *records(
    onHeader: (header: BackupHeader) => void,
  ): AsyncGenerator<BackupRecord, Omit<VerifiedFile, 'header'>> {
    const tally = new Tally();
    const digest = createHash('sha256');
    let header: BackupHeader | null = null;
    let ended = false;
    for await (const line of this.lines(digest)) {
      const content = this.parsed(line);
      const end = endSchema.safeParse(content);
      if (ended) this.refuse('goes on after its end.');
      if (header === null) {
        header = this.headerOf(content);
        onHeader(header);
      } else if (end.success) {
        ended = true;
        if (!isDeepStrictEqual(end.data.end, tally.end())) this.refuse('does not hold what its end says.');
        continue;
      } else {
        const record = this.recordOf(content, header);
        tally.record(record);
        yield record;
      }
      tally.line(line);
    }
    if (!ended) this.refuse('is cut off: its end is missing.');
    return { counts: tally.counts, sha256: digest.digest('hex') };
  }

  private headerOf(content: unknown): BackupHeader {
    const version = (content as { version?: unknown } | null)?.version;
    if ((content as { backup?: unknown } | null)?.backup !== 'cutover')
      this.refuse('is no backup of cutover.');
    const header = headerSchema.safeParse(content);
    if (header.success) return header.data;
    return this.refuse(
      `has a beginning that this version does not understand (format ${String(version)}).`,
      'Use the version of cutover that made it.',
    );
  }

  private recordOf(content: unknown, { columns }: BackupHeader): BackupRecord {
    const record = recordSchema.safeParse(content);
    if (!record.success) return this.refuse('holds a line that is none of a backup.');
    const fits =
      'user' in record.data
        ? record.data.user.length === columns.users.length &&
          (record.data.state?.length ?? columns.state.length) === columns.state.length &&
          (record.data.account?.length ?? columns.account.length) === columns.account.length
        : 'run' in record.data
          ? record.data.run.length === columns.runs.length
          : record.data.change.length === columns.changes.length;
    return fits ? record.data : this.refuse('holds a line that does not fit its columns.');
  }

  private async *lines(digest: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
    let begun: Buffer[] = [];
    let length = 0;
    this.line = 1;
    for await (const bytes of this.content(digest)) {
      for (const piece of linesOf(bytes)) {
        begun.push(piece);
        length += piece.length;
        if (length > (this.line === 1 ? LONGEST_HEADER : LONGEST_LINE))
          this.refuse('holds a line that is too long for a backup.');
        if (piece.at(-1) !== NEWLINE) continue;
        yield Buffer.concat(begun).subarray(0, -1);
        begun = [];
        length = 0;
        this.line++;
      }
    }
    if (length > 0) this.refuse('is cut off in the middle of a line.');
  }

  private async *content(digest: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
    const bytes = this.bytes(digest);
    try {
      if (this.key !== null) yield* unsealed(bytes, this.key);
      else yield* this.plain(bytes);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      if (error.fault === 'not_a_backup')
        this.refuse('is no encrypted backup of cutover.', 'If it was made with --plaintext, say so again.');
      this.refuse(
        'was changed or cut off, or another key encrypted it.',
        'Set BACKUP_KEY to the key it was made with, or take another copy of the file.',
      );
    }
  }

  private async *plain(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
    let first = true;
    for await (const chunk of bytes) {
      if (first && looksSealed(chunk)) this.refuse('is encrypted.', 'Leave --plaintext away.');
      first = false;
      yield chunk;
    }
  }

  private async *bytes(digest: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of createReadStream(this.file) as AsyncIterable<Buffer>) {
        digest.update(chunk);
        yield chunk;
      }
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (syscall === undefined) throw error;
      this.refuse(`cannot be read (${code ?? 'unknown'}).`, 'Check the path and its permissions.');
    }
  }

  private parsed(line: Buffer): unknown {
    try {
      return JSON.parse(line.toString('utf8'));
    } catch {
      return this.refuse('is no backup of cutover, or damaged.');
    }
  }

  private refuse(what: string, fix = 'Take another copy of it.'): never {
    // What is encrypted has no lines that anybody could look up.
    const line = this.key === null && this.line > 0 ? `, line ${this.line}` : '';
    throw new BackupFileRefused(`${this.file}${line}`, what, fix);
  }
}
