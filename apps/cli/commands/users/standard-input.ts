import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ValidationFailed } from '@cutover/contracts';

/** Bytes; what no password comes near to. */
const MOST = 65_536;
/** Milliseconds of silence after which a person is told what is being waited for. */
const SILENCE = 1000;

/** All of standard input as UTF-8, without the line's end. @throws ValidationFailed */
export async function fromPipe(): Promise<string> {
  const notice = setTimeout(
    () => process.stderr.write('Waiting for the password on standard input …\n'),
    SILENCE,
  );
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST) break; // which closes it: somebody may go on writing for ever
    }
  } finally {
    clearTimeout(notice);
  }
  return decoded(Buffer.concat(chunks)).replace(/\r?\n$/, '');
}

/** One line typed at a terminal, without echo. @throws ValidationFailed when it is broken off */
export async function fromTerminal(prompt: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stderr.write(prompt); // after the terminal was told not to echo
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new ValidationFailed({ detail: 'password: none was typed' })));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** A byte that is no UTF-8 would become another character, and the password one that nobody can type. */
function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ValidationFailed({ detail: 'password: expects UTF-8 text on standard input' });
  }
}
