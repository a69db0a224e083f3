import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { csvOf, type ExportedUser, exported, objectId } from '../testing/export-lines';
import type { DirectoryAccount } from './directory-account';
import { FileRefused } from './file-refused';
import { readAccounts } from './read-accounts';
import { Source } from './source';

/** @param size of the pieces in which the file arrives */
async function* pieces(content: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(content: string | Buffer, size?: number): Promise<DirectoryAccount[]> {
  const accounts: DirectoryAccount[] = [];
  for await (const account of readAccounts(new Source('users.csv', pieces(content, size))))
    accounts.push(account);
  return accounts;
}

async function refusal(content: string | Buffer, size = 4096): Promise<string> {
  const error = await read(content, size).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FileRefused);
  return (error as FileRefused).detail;
}

const ADA = exported(1, 'ada@contoso.example', { mail: 'Ada@contoso.example', displayName: 'Ada' });
const BOB = exported(2, 'bob@contoso.example', { accountEnabled: false, userType: 'Guest' });
/** Ada's line with one more column. */
const withColumn = (name: string, value: string) => {
  const [header, line] = csvOf([ADA], { newline: '\n' }).split('\n');
  return `${header},${name}\n${line},${value}\n`;
};
const BOTH = [
  {
    line: 2,
    objectId: objectId(1),
    upn: 'ada@contoso.example',
    mail: 'Ada@contoso.example',
    displayName: 'Ada',
    enabled: true,
    userType: 'member',
  },
  expect.objectContaining({
    line: 3,
    objectId: objectId(2),
    mail: null,
    displayName: null,
    enabled: false,
    userType: 'guest',
  }),
];

describe('an account that was deleted and is still in the recycle bin', () => {
  const deleted = { deletedDateTime: '2026-11-01T08:00:00Z' };
  it.each([
    ['Graph with a time', JSON.stringify([{ ...ADA, ...deleted }]), false],
    ['Graph without one', JSON.stringify([{ ...ADA, deletedDateTime: null }]), true],
    ['Graph with the mark', JSON.stringify([{ ...ADA, isDeleted: true }]), false],
    ['a CSV with a time', withColumn('deletedDateTime', '2026-11-01T08:00:00Z'), false],
    ['a CSV without one', withColumn('deletedDateTime', ''), true],
    ['a CSV with the mark', withColumn('IsDeleted', 'True'), false],
    ['a CSV that denies it', withColumn('IsDeleted', 'False'), true],
    ['a CSV with an empty mark', withColumn('IsDeleted', ''), true],
  ])('opens nothing: %s', async (_name, content, enabled) => {
    expect(await read(content)).toMatchObject([{ objectId: objectId(1), enabled }]);
  });

  it('is refused where the mark says neither', async () => {
    expect(await refusal(withColumn('isDeleted', 'WAHR'))).toMatch(
      /line 2: isDeleted is neither true nor false/,
    );
  });
});

describe('an export in CSV', () => {
  it.each([
    ['with commas', csvOf([ADA, BOB])],
    ['with semicolons', csvOf([ADA, BOB], { delimiter: ';' })],
    ['with a byte order mark', `\ufeff${csvOf([ADA, BOB])}`],
    ['with line feeds only', csvOf([ADA, BOB], { newline: '\n' })],
    ['without a last line end', csvOf([ADA, BOB]).trimEnd()],
    ['with empty lines at its end', `${csvOf([ADA, BOB])}\r\n\r\n`],
    [
      'with headers in other words',
      csvOf([ADA, BOB])
        .replace('userPrincipalName', 'User principal name')
        .replace('id,', 'objectId,')
        .replace('accountEnabled', '"ACCOUNT_ENABLED"'),
    ],
    [
      'with more columns',
      csvOf([ADA, BOB]).replaceAll('\r\n', ',"x, ""y"""\r\n').replace('"x, ""y"""', 'city'),
    ],
  ])('is read %s', async (_how, content) => {
    expect(await read(content)).toEqual(BOTH);
  });

  it('holds quoted commas, quotes, line ends and every script', async () => {
    const displayName = 'Ünï, "the\r\nfirst" 李小龍 🧑‍🚀';
    const [first, second] = await read(csvOf([{ ...ADA, displayName }, BOB]), 1);
    expect(first).toMatchObject({ displayName: displayName.replace('\r', ''), line: 2 });
    expect(second).toMatchObject({ line: 4 });
  });

  it('takes accounts from elsewhere for guests, and a missing type for unknown', async () => {
    const accounts = await read(
      csvOf([
        exported(1, 'ada_mail.example#EXT#@contoso.example'),
        exported(2, 'old@contoso.example', { userType: '' }),
      ]),
    );
    expect(accounts.map(({ userType }) => userType)).toEqual(['guest', 'unknown']);
  });

  it('comes back as it was written, whatever the values and the pieces it arrives in', async () => {
    const value = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !text.includes('\0') && text.isWellFormed() && !text.includes('\r\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(',', ';'),
        fc.integer({ min: 1, max: 64 }),
        async (names, delimiter, size) => {
          const users = names.map((displayName, index) =>
            exported(index, `user${index}@contoso.example`, { displayName }),
          );
          const accounts = await read(csvOf(users, { delimiter }), size);
          expect(accounts.map(({ displayName }) => displayName ?? '')).toEqual(names);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('an export in JSON', () => {
  const page = (users: ExportedUser[], next?: string) => ({
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users',
    ...(next && { '@odata.nextLink': next }),
    value: users,
  });
  const NEXT = 'https://graph.microsoft.com/v1.0/users?$skiptoken=x';
  const text = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');

  it.each([
    ['a page', text(page([ADA, BOB]))],
    ['pages, a line each', text(page([ADA], NEXT), page([BOB]))],
    [
      'pages one after the other',
      JSON.stringify(page([ADA], NEXT)) + JSON.stringify(page([], NEXT)) + JSON.stringify(page([BOB])),
    ],
    ['an indented page, with a byte order mark', `\ufeff${JSON.stringify(page([ADA, BOB]), null, 2)}`],
    ['an array', text([ADA, BOB])],
    [
      'an array with names in capitals',
      text([ADA, BOB]).replaceAll('"id"', '"Id"').replaceAll('"userPrincipalName"', '"UserPrincipalName"'),
    ],
    [
      'a page with other properties',
      text(page([{ ...ADA, ...{ businessPhones: ['1'], manager: { id: 'x', value: [] } } }, BOB])),
    ],
  ])('is read as %s', async (_what, content) => {
    const accounts = await read(content, 5);
    expect(accounts.map(({ line: _line, ...account }) => account)).toEqual(
      BOTH.map((account) => {
        const { line: _line, ...rest } = 'line' in account ? account : { line: 0 };
        return 'objectId' in account ? rest : expect.objectContaining({ objectId: objectId(2) });
      }),
    );
  });

  it.each([
    ['cut off in a user', text(page([ADA, BOB])).slice(0, -40), /line 1: the file ends in the middle/],
    [
      'cut off between pages',
      text(page([ADA], NEXT)),
      /line 1: the last page names another one .*Fetch all pages/,
    ],
    [
      'with the answer to a failed request',
      text(page([ADA]), { error: { code: 'x' } }),
      /line 2: an object has no list "value"/,
    ],
    ['with a comma too many', `[${JSON.stringify(ADA)},\n,]`, /line 2: is no JSON/],
    ['with something after the array', `${text([ADA])}\n[]`, /line 2: is no JSON/],
    [
      'without what Graph sends only when asked',
      text([{ id: objectId(1), userPrincipalName: 'a@b', mail: null }]),
      /line 1: accountEnabled is missing\. Ask Graph for .*\$select=id,/,
    ],
    [
      'without the type, by which guests are known',
      text([{ id: objectId(1), userPrincipalName: 'a@b', mail: null, accountEnabled: true }]),
      /line 1: userType is missing\. Ask Graph for .*,userType/,
    ],
    ['with an entry that is none', text([ADA, 7]), /an entry is no user/],
    [
      'with a value that does not end',
      `[{"id":"${'x'.repeat(2_000_000)}`,
      /line 1: holds no user on 1048576 bytes/,
    ],
  ])('is refused %s', async (_how, content, why) => {
    expect(await refusal(content)).toMatch(why);
  });
});

describe('a file that is no export', () => {
  const lines = csvOf([ADA, BOB]).split('\r\n');
  it.each<[string, string | Buffer, RegExp]>([
    ['empty', '', /users\.csv: is empty\. Export/],
    ['blank', '\ufeff \r\n\r\n', /is empty/],
    ['a header alone', `${lines[0]}\r\n`, /holds no user/],
    ['an empty array', '[]', /holds no user/],
    [
      'separated by tabs',
      csvOf([ADA], { delimiter: '\t' }),
      /line 1: separates its columns by tabs\. Save it with commas or semicolons/,
    ],
    ['separated by bars', csvOf([ADA], { delimiter: '|' }), /line 1: separates its columns by bars/],
    [
      'without a column',
      csvOf([ADA]).replace('userPrincipalName', 'name'),
      /line 1: has no column userPrincipalName; it has name, displayName/,
    ],
    [
      'something else',
      'Dear all,\nplease find attached\n',
      /line 1: has no column id, userPrincipalName, mail, accountEnabled, userType/,
    ],
    ['with a column twice', csvOf([ADA]).replace('displayName', 'ID'), /line 1: has more than one column id/],
    [
      'cut off in a line',
      csvOf([ADA, BOB]).slice(0, -20),
      /line 3: has \d column\(s\) where the header has 6\. .*cut off/,
    ],
    [
      'cut off in its last value',
      csvOf([ADA, BOB]).slice(0, -4),
      /line 3: accountEnabled is neither true nor false/,
    ],
    [
      'cut off in quotes',
      `${csvOf([ADA])}bob@contoso.example,"B, `,
      /line 3: a quote is opened and the file ends/,
    ],
    [
      'with a quote inside a value',
      csvOf([ADA]).replace(',Ada,', ',A"da,'),
      /line 2: a quote stands where none may/,
    ],
    [
      'with a quote that nobody closes',
      csvOf([ADA]).replace(',Ada,', ',"Ada,') + `${lines[2]}\r\n`.repeat(20_000),
      /line \d+: a record is longer than 1048576 bytes/,
    ],
    [
      'with a value that is not quoted',
      csvOf([ADA]).replace(',Ada,', ',Ada, L,'),
      /line 2: has 7 column\(s\) where the header has 6/,
    ],
    [
      'with another delimiter in its lines',
      `${lines[0]}\r\n${lines[1]?.replaceAll(',', ';')}\r\n`,
      /line 2: has 1 column\(s\) where the header has 6/,
    ],
    ['with an id that is none', csvOf([{ ...ADA, id: '7' }]), /line 2: id is no object id/],
    [
      'with a name that is none',
      csvOf([{ ...ADA, userPrincipalName: 'ada' }]),
      /line 2: userPrincipalName is no user principal name/,
    ],
    [
      'with an unknown type',
      csvOf([ADA, { ...BOB, userType: 'Gue' }]),
      /line 3: userType is neither Member nor Guest/,
    ],
    [
      'Latin-1',
      Buffer.from(csvOf([ADA, { ...BOB, displayName: 'Bö' }]), 'latin1'),
      /line 3: holds bytes that are not UTF-8 text\. Save it as UTF-8/,
    ],
    ['UTF-16', Buffer.from(`\ufeff${csvOf([ADA])}`, 'utf16le'), /is UTF-16 text/],
    ['UTF-16 without a mark', Buffer.from(csvOf([ADA]), 'utf16le'), /line 1: holds bytes that are not UTF-8/],
    ['a workbook', Buffer.from('PK\x03\x04\x14\0'), /is an Excel workbook/],
    [
      'cut off inside a character',
      Buffer.from(`${csvOf([ADA])}ö`).subarray(0, -1),
      /line 3: holds bytes that are not UTF-8/,
    ],
    ['one endless line', 'x'.repeat(3_000_000), /line 1: is longer than any header/],
  ])('is refused: %s', async (_what, content, why) => {
    expect(await refusal(content)).toMatch(why);
  });

  it.each([
    ['is not there', 'missing.csv', /missing\.csv: cannot be read \(ENOENT\)/],
    ['is a folder', '.', /cannot be read \(EISDIR\)/],
  ])('is refused where it %s', async (_what, name, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'cutover-export-'));
    try {
      await expect(readAccounts(new Source(join(folder, name))).next()).rejects.toThrow(why);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a file without end', () => {
  const endless = async function* (
    begin: string,
    line: (number: number) => string,
    pulled: { bytes: number },
  ) {
    yield Buffer.from(begin);
    for (let number = 1; ; number++) {
      const bytes = Buffer.from(line(number));
      pulled.bytes += bytes.length;
      yield bytes;
    }
  };

  it.each([
    [
      'CSV',
      csvOf([]),
      (number: number) => csvOf([exported(number, `u${number}@contoso.example`)]).split('\r\n')[1] + '\r\n',
    ],
    [
      'a page',
      '{"value":[\n',
      (number: number) => `${JSON.stringify(exported(number, `u${number}@contoso.example`))},\n`,
    ],
    [
      'an array',
      '[\n',
      (number: number) => `${JSON.stringify(exported(number, `u${number}@contoso.example`))},\n`,
    ],
  ])('is read in %s no further than it is used', async (_what, begin, line) => {
    const pulled = { bytes: 0 };
    let used = 0;
    for await (const account of readAccounts(new Source('x', endless(begin, line, pulled)))) {
      used += line(Number(account.objectId.slice(-12))).length;
      expect(pulled.bytes - used).toBeLessThan(128 * 1024);
      if (used > 1024 * 1024) break;
    }
    expect(used).toBeGreaterThan(1024 * 1024);
  });
});
