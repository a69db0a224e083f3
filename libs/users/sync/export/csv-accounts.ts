import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import {
  type DirectoryAccount,
  type Property,
  propertyNamed,
  readAccount,
  REQUIRED,
} from './directory-account';
import type { FileRefused } from './file-refused';
import { chained, linesOf, type Source } from './source';

/** Bytes of one record; a quote that nobody closes must not swallow the whole file. */
const LONGEST_RECORD = 1024 * 1024;
const DELIMITERS = [',', ';'];
/** Which are not understood, so that a header tells what went wrong. */
const OTHER_DELIMITERS: Record<string, string> = { '\t': 'tabs', '|': 'bars (|)', ':': 'colons' };

interface Row {
  record: string[];
  info: Info;
}

/** The user download of the Entra admin centre (RFC 4180). @throws FileRefused */
export async function* csvAccounts(
  source: Source,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<DirectoryAccount> {
  const { header, rest } = await withHeader(source, withLineFeeds(bytes));
  const parser = parse({
    delimiter: delimiterOf(source, header),
    record_delimiter: '\n',
    max_record_size: LONGEST_RECORD,
    relax_column_count: true, // a record that differs is refused here, in its turn
    info: true,
  });
  pipeline(Readable.from(rest), parser, () => undefined); // a failure of either ends the loop below
  let columns: (Property | null)[] | null = null;
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>) {
      if (columns === null) columns = columnsOf(source, record);
      else if (record.length > 1 || record[0] !== '') yield accountOf(source, columns, record, line);
      line = info.lines + 1; // where the next one begins
    }
  } catch (error) {
    throw error instanceof CsvError ? refusal(source, error) : error;
  }
}

function accountOf(
  source: Source,
  columns: (Property | null)[],
  record: string[],
  line: number,
): DirectoryAccount {
  if (record.length !== columns.length) {
    source.refuse(
      `has ${record.length} column(s) where the header has ${columns.length}.`,
      'The file was cut off here, or a value with a delimiter in it is not in quotes: download it again.',
      line,
    );
  }
  const properties: Partial<Record<Property, string>> = {};
  columns.forEach((property, index) => {
    if (property !== null) properties[property] = record[index] ?? '';
  });
  const read = readAccount(properties, line);
  if ('account' in read) return read.account;
  return source.refuse(read.fault, 'Download the file again: this line is damaged.', line);
}

/** With one kind of line end, by which lines are counted. */
async function* withLineFeeds(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = '';
  for await (const chunk of bytes) {
    const text = held + chunk.toString('latin1');
    held = text.endsWith('\r') ? '\r' : '';
    yield Buffer.from(text.slice(0, text.length - held.length).replaceAll('\r\n', '\n'), 'latin1');
  }
  yield Buffer.from(held, 'latin1');
}

/** The first line as text, and everything again from the start. */
async function withHeader(source: Source, bytes: AsyncIterable<Buffer>) {
  const iterator = bytes[Symbol.asyncIterator]();
  let begun: Buffer = Buffer.alloc(0);
  while (!begun.includes('\n') && begun.length < LONGEST_RECORD) {
    const next = await iterator.next();
    if (next.done) break;
    begun = Buffer.concat([begun, next.value]);
  }
  const [header = Buffer.alloc(0)] = linesOf(begun);
  if (header.length >= LONGEST_RECORD)
    source.refuse('is longer than any header.', 'Download the users as CSV or JSON.', 1);
  return { header: header.toString(), rest: chained(begun, iterator) };
}

/** The one that makes properties of the header's names. */
function delimiterOf(source: Source, header: string): string {
  const found = (delimiter: string) =>
    header.split(delimiter).filter((name) => propertyNamed(unquoted(name)) !== null).length;
  const [best = ','] = DELIMITERS.toSorted((one, other) => found(other) - found(one));
  for (const [delimiter, name] of Object.entries(OTHER_DELIMITERS)) {
    if (found(delimiter) > Math.max(1, found(best)))
      source.refuse(`separates its columns by ${name}.`, 'Save it with commas or semicolons.', 1);
  }
  return best;
}

function columnsOf(source: Source, header: string[]): (Property | null)[] {
  const columns = header.map(propertyNamed);
  const missing = REQUIRED.filter((property) => !columns.includes(property));
  if (missing.length > 0) {
    source.refuse(
      `has no column ${missing.join(', ')}; it has ${header.slice(0, 40).join(', ').slice(0, 500)}.`,
      'Download all columns from the Entra admin centre (Users, Download users), separated by commas or semicolons.',
      1,
    );
  }
  const twice = columns.find((property, index) => property !== null && columns.indexOf(property) !== index);
  if (twice) source.refuse(`has more than one column ${twice}.`, 'Keep one of them.', 1);
  return columns;
}

const unquoted = (name: string) => name.trim().replace(/^"|"$/g, '');

/** Faults of quoting, by csv-parse's codes: what, and what to do. */
const FAULTS: Record<string, [string, string]> = {
  CSV_QUOTE_NOT_CLOSED: [
    'a quote is opened and the file ends before it is closed.',
    'The file was cut off: download it again.',
  ],
  CSV_MAX_RECORD_SIZE: [
    `a record is longer than ${LONGEST_RECORD} bytes.`,
    'A quote is opened and not closed, or this is no user download: download it again.',
  ],
};
const MISPLACED_QUOTE: [string, string] = [
  'a quote stands where none may (RFC 4180).',
  'Quote the whole value and double the quotes inside it, or download the file again.',
];

function refusal(source: Source, error: CsvError): FileRefused {
  const { lines } = error as CsvError & { lines?: number };
  return source.refusal(...(FAULTS[error.code] ?? MISPLACED_QUOTE), lines);
}
