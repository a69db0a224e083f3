import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { legacyPassword, otherPassword } from './known-passwords';
import type { Account, Person } from './population';
import type { Seeded } from './seeded';

const HEADER = 'id,userPrincipalName,mail,displayName,accountEnabled,userType';

/** Writes the user download of the Entra admin centre (CSV) as it would be for these people. */
export async function writeExport(file: string, people: readonly Person[], seeded: Seeded): Promise<void> {
  await pipeline(Readable.from(lines(people, seeded)), createWriteStream(file, { mode: 0o600 }));
}

function* lines(people: readonly Person[], seeded: Seeded): Generator<string> {
  yield `${HEADER}\n`;
  for (const person of people) {
    const { account, objectId, upn, mail } = person;
    if (account === 'none') continue;
    yield line(objectId, upn, mail, account);
    if (account === 'ambiguous')
      yield line(
        seeded.objectId(`namesake ${person.id}`),
        upn.replace(/@.*$/, '@fabrikam.example'),
        mail,
        account,
      );
  }
}

const line = (objectId: string, upn: string, mail: string, account: Account) =>
  `${[
    objectId,
    upn,
    mail,
    upn.replace(/@.*$/, ''),
    String(account !== 'disabled'),
    account === 'guest' ? 'Guest' : 'Member',
  ]
    .map(quoted)
    .join(',')}\n`;

const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;

/** AADSTS numbers with which the provider refuses. */
const REFUSALS: Partial<Record<Account, number>> = { mfa: 50076, expired: 50055, disabled: 50057 };

/** Somebody as the stand-in of the provider knows them; `null` where it does not. */
export function standInPerson({ id, account, upn, mail, objectId }: Person) {
  if (account === 'none') return null;
  const refusal = REFUSALS[account];
  return {
    username: upn,
    password: account === 'other-password' ? otherPassword(id) : legacyPassword(id),
    name: upn.replace(/@.*$/, ''),
    email: mail,
    oid: objectId,
    ...(refusal !== undefined && { refusal }),
  };
}
