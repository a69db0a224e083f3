import { csvAccounts } from './csv-accounts';
import type { DirectoryAccount } from './directory-account';
import { jsonAccounts } from './json-accounts';
import { chained, type Source } from './source';

/** Bytes of nothing but white space that may stand before the content. */
const LONGEST_BLANK = 64 * 1024;

/**
 * The accounts of an export, one by one: what it is, its content says and not its name. Holds a piece of the file at a
 * time, whatever its size.
 *
 * @throws FileRefused naming file, line and fix
 */
export async function* readAccounts(source: Source): AsyncGenerator<DirectoryAccount> {
  const bytes = source.bytes();
  let begun: Buffer = Buffer.alloc(0);
  while (begun.toString('latin1').trim() === '') {
    const next = await bytes.next();
    if (next.done || begun.length > LONGEST_BLANK)
      source.refuse('is empty.', 'Export the users again: the file should hold one line or object each.');
    begun = Buffer.concat([begun, next.value]);
  }
  const first = begun.toString('latin1').trim()[0];
  const all = chained(begun, bytes);
  let accounts = 0;
  const read =
    first === '{' || first === '['
      ? jsonAccounts(source, all, { pages: first === '{' })
      : csvAccounts(source, all);
  for await (const account of read) {
    accounts++;
    yield account;
  }
  if (accounts === 0)
    source.refuse('holds no user.', 'Export all users; with none, everybody would be taken for missing.');
}
