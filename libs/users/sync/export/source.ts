import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { FileRefused } from './file-refused';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** What people export by mistake, by how it begins. */
const OTHER_FORMATS: [number[], string][] = [
  [[0xff, 0xfe], 'is UTF-16 text.'],
  [[0xfe, 0xff], 'is UTF-16 text.'],
  [[0x50, 0x4b, 0x03, 0x04], 'is an Excel workbook or a ZIP archive.'],
  [[0x1f, 0x8b], 'is compressed (gzip).'],
];

/** The bytes of a file of text, checked and counted as they pass by. */
export class Source {
  private readonly hash = createHash('sha256');
  private line = 1;

  /** @param chunks its content, where it is not to be read from the file */
  constructor(
    readonly file: string,
    private readonly chunks?: AsyncIterable<Buffer>,
  ) {}

  get name(): string {
    return basename(this.file);
  }

  /** Of the bytes that have passed, with the byte order mark. */
  sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /**
   * UTF-8 without a byte order mark. A chunk may end inside a character.
   *
   * @throws FileRefused for a file that cannot be read, or is not UTF-8
   */
  async *bytes(): AsyncGenerator<Buffer> {
    let unchecked: Buffer = Buffer.alloc(0);
    let first = true;
    for await (const chunk of this.readable()) {
      this.hash.update(chunk);
      const joined = Buffer.concat([unchecked, chunk]);
      if (first && joined.length < 4) {
        unchecked = joined;
        continue;
      }
      const bytes = first ? this.begun(joined) : joined;
      first = false;
      const end = bytes.length - cutOff(bytes);
      yield this.checked(bytes.subarray(0, end));
      unchecked = bytes.subarray(end);
    }
    if (unchecked.length > 0) yield this.checked(first ? this.begun(unchecked) : unchecked);
  }

  refusal(what: string, fix: string, line?: number): FileRefused {
    return new FileRefused({ file: this.file, line, what, fix });
  }

  /** @throws FileRefused */
  refuse(what: string, fix: string, line?: number): never {
    throw this.refusal(what, fix, line);
  }

  private begun(bytes: Buffer): Buffer {
    for (const [signature, what] of OTHER_FORMATS) {
      if (bytes.subarray(0, signature.length).equals(Buffer.from(signature)))
        this.refuse(what, 'Save it as CSV in UTF-8, or as JSON.');
    }
    return bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
  }

  private checked(bytes: Buffer): Buffer {
    const whole = isUtf8(bytes) && !bytes.includes(0);
    for (const line of linesOf(bytes)) {
      if (!whole && (!isUtf8(line) || line.includes(0)))
        this.refuse('holds bytes that are not UTF-8 text.', 'Save it as UTF-8.', this.line);
      if (line.at(-1) === NEWLINE) this.line++;
    }
    return bytes;
  }

  private async *readable(): AsyncGenerator<Buffer> {
    try {
      yield* this.chunks ?? (createReadStream(this.file) as AsyncIterable<Buffer>);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      this.refuse(`cannot be read (${code}).`, 'Check the path and its permissions.');
    }
  }
}

/** Pieces that end after a line's end, but for the last. */
export function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    const next = end === -1 ? bytes.length : end + 1;
    yield bytes.subarray(start, next);
    start = next;
  }
}

/** What was read already, and the rest of it. */
export async function* chained(begun: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** How many bytes at the end are the beginning of a character (RFC 3629 section 3). */
function cutOff(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // inside a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
