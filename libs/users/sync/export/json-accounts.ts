import { type ParsedTokenInfo, Tokenizer, TokenParser, TokenType } from '@streamparser/json';
import {
  type DirectoryAccount,
  type Property,
  propertyNamed,
  readAccount,
  REQUIRED,
} from './directory-account';
import { linesOf, type Source } from './source';

/** Bytes from one account to the next; what is longer is no list of users. */
const LONGEST_ENTRY = 1024 * 1024;
const NEXT_PAGE = '@odata.nextLink';
const SELECT = '$select=id,userPrincipalName,mail,displayName,accountEnabled,userType';

/**
 * Microsoft Graph's `/users`: page objects one after the other, or a plain array
 * (https://learn.microsoft.com/graph/api/user-list).
 *
 * @throws FileRefused
 */
export async function* jsonAccounts(
  source: Source,
  bytes: AsyncIterable<Buffer>,
  { pages }: { pages: boolean },
): AsyncGenerator<DirectoryAccount> {
  const reading = new Reading(source, pages);
  for await (const chunk of bytes) {
    for (const line of linesOf(chunk)) {
      reading.write(line);
      yield* reading.read();
    }
  }
  reading.end();
}

class Reading {
  private readonly tokenizer = new Tokenizer({ separator: '' });
  private readonly parser: TokenParser;
  private readonly envelope = new Envelope();
  private accounts: DirectoryAccount[] = [];
  private line = 1;
  private sinceEntry = 0;

  constructor(
    private readonly source: Source,
    private readonly pages: boolean,
  ) {
    this.parser = new TokenParser({
      paths: [pages ? '$.value.*' : '$.*'],
      keepStack: false,
      separator: pages ? '' : undefined,
    });
    this.tokenizer.onToken = (token) => this.take(token);
    this.parser.onValue = ({ value }) => this.accounts.push(this.accountOf(value));
  }

  /** @param bytes of one line at most, so that faults name theirs */
  write(bytes: Buffer): void {
    this.sinceEntry += bytes.length;
    try {
      this.tokenizer.write(bytes);
    } catch (error) {
      throw this.understood(error);
    }
    if (this.sinceEntry > LONGEST_ENTRY)
      this.source.refuse(
        `holds no user on ${LONGEST_ENTRY} bytes.`,
        'Expects pages of Graph’s /users, or an array of users.',
        this.line,
      );
    if (bytes.at(-1) === 0x0a) this.line++;
  }

  /** @returns what has been read since the last call */
  read(): DirectoryAccount[] {
    const { accounts } = this;
    this.accounts = [];
    return accounts;
  }

  end(): void {
    if (this.envelope.depth > 0)
      this.source.refuse(
        'the file ends in the middle of a value.',
        'It was cut off: export it again.',
        this.line,
      );
    if (this.envelope.hasNextPage)
      this.source.refuse(
        `the last page names another one (${NEXT_PAGE}).`,
        'Fetch all pages, and put them into the file one after the other.',
        this.line,
      );
  }

  private take(token: ParsedTokenInfo): void {
    this.parser.write(token as Parameters<TokenParser['write']>[0]);
    const closed = this.envelope.take(token);
    if (closed && this.pages && !this.envelope.hasUsers)
      this.source.refuse(
        'an object has no list "value".',
        'Expects pages of Graph’s /users as it answers them; an answer with "error" in it is none.',
        this.line,
      );
  }

  private accountOf(entry: unknown): DirectoryAccount {
    this.sinceEntry = 0;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      return this.source.refuse('an entry is no user.', 'Expects one object for each user.', this.line);
    const properties: Partial<Record<Property, unknown>> = {};
    for (const [name, value] of Object.entries(entry)) {
      const property = propertyNamed(name);
      if (property !== null) properties[property] = value;
    }
    // What Graph was not asked for is not there at all: a guest without a type would pass for a member.
    const missing = REQUIRED.find((property) => properties[property] === undefined);
    const read = missing ? { fault: `${missing} is missing.` } : readAccount(properties, this.line);
    if ('account' in read) return read.account;
    return this.source.refuse(read.fault, `Ask Graph for /users?${SELECT}.`, this.line);
  }

  private understood(error: unknown): unknown {
    if (!(error instanceof Error) || !/^Token/.test(error.constructor.name)) return error;
    return this.source.refusal('is no JSON from here on.', 'Export it again.', this.line);
  }
}

/** What a page says beside its users. */
class Envelope {
  depth = 0;
  hasUsers = false;
  hasNextPage = false;
  private key = '';
  private last = '';

  /** @returns whether an object or array at the top was closed by it */
  take({ token, value }: ParsedTokenInfo): boolean {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      if (this.depth === 0) this.hasUsers = this.hasNextPage = false;
      if (this.depth === 1 && token === TokenType.LEFT_BRACKET) this.hasUsers ||= this.key === 'value';
      this.depth++;
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) {
      this.depth--;
      return this.depth === 0;
    } else if (this.depth === 1 && token === TokenType.STRING) {
      if (this.key === NEXT_PAGE) this.hasNextPage = true;
      this.last = String(value);
    } else if (this.depth === 1) {
      this.key = token === TokenType.COLON ? this.last : '';
    }
    return false;
  }
}
