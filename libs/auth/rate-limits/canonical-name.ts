import { domainToASCII } from 'node:url';
import { foldName } from '@cutover/users';

/** What a directory, a form or a keyboard adds or leaves out without meaning another account. */
const MEANS_NOTHING = /[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** The down-level form, `CONTOSO\ada`. */
const DOWN_LEVEL = /^[^\\@]*\\/;

/**
 * One spelling for all that may mean one account of the external side; for counting only. Two accounts that come out
 * alike share their limits, two spellings that do not each have the whole of them: so rather too much is taken for one.
 *
 * @param domain `EXTERNAL_AUTH_USERNAME_DOMAIN`. Where the external side adds one by itself, nobody here knows which: what
 *   stands before the `@` counts alone.
 */
export function canonicalName(name: string, domain: string | null): string {
  const text = foldName(name.normalize('NFKC').replace(MEANS_NOTHING, '')).replace(DOWN_LEVEL, '');
  const at = text.lastIndexOf('@');
  const local = at === -1 ? text : text.slice(0, at);
  if (domain === null) return local;
  const host = at === -1 ? domain.toLowerCase() : text.slice(at + 1).replace(/\.+$/, '');
  return `${local}@${domainToASCII(host) || host}`;
}
