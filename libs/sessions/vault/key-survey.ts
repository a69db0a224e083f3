import { Injectable } from '@nestjs/common';
import { ConfigurationError } from '@cutover/config';
import { Database } from '@cutover/database';
import { TokenVault } from './token-vault';

/**
 * How a key stands to the sealed tokens. `current`: seals new ones. `needed`: an older one that rows still need.
 * `removable`: configured, and no row needs it. `missing`: rows need it, and it is not configured.
 */
export type KeyState = 'current' | 'needed' | 'removable' | 'missing';

export interface KeyUse {
  kid: string;
  state: KeyState;
  /** Sessions whose tokens it opens; one whose tokens are under two keys counts for both. */
  rows: number;
}

export interface SurveyedKeys {
  /** The configured ones in their order, then the missing ones by name. */
  keys: KeyUse[];
  /** Sessions that have tokens of the provider at all. */
  rows: number;
  /** Of these, how many hold something that names no key: no vault has sealed it. */
  unsealed: number;
}

/** Rows by the keys that their columns name; `''` for a column that names none, `null` for an empty one. */
interface Group {
  access: string;
  refresh: string | null;
  id: string | null;
  count: number | string;
}

const TABLE = 'cutover_provider_tokens';
/** Characters: the longest name of a key, and the colon. */
const PREFIX = 33;

/** Which sealed tokens need which key of `TOKEN_ENCRYPTION_KEYS`. */
@Injectable()
export class KeySurvey {
  constructor(
    private readonly database: Database,
    private readonly vault: TokenVault,
  ) {}

  /** Reads every row once: for an operator and for a start, not for a request. @throws ServiceUnavailable */
  async take(): Promise<SurveyedKeys> {
    const { used, rows, unsealed } = await this.counted();
    const configured = this.vault.kids;
    const missing = [...used.keys()].filter((kid) => !configured.includes(kid)).sort();
    const stateOf = (kid: string, index: number): KeyState => {
      if (index === 0) return 'current';
      return used.has(kid) ? 'needed' : 'removable';
    };
    return {
      keys: [
        ...configured.map((kid, index) => ({ kid, state: stateOf(kid, index), rows: used.get(kid) ?? 0 })),
        ...missing.map((kid) => ({ kid, state: 'missing' as const, rows: used.get(kid) ?? 0 })),
      ],
      rows,
      unsealed,
    };
  }

  /** @throws ConfigurationError naming the keys that rows need and nobody configured, with how many rows each */
  async requireKeys(): Promise<void> {
    const missing = (await this.take()).keys.filter(({ state }) => state === 'missing');
    if (missing.length === 0) return;
    const named = missing.map(({ kid, rows }) => `"${kid}" (${rows} session${rows === 1 ? '' : 's'})`);
    throw new ConfigurationError([
      {
        name: 'TOKEN_ENCRYPTION_KEYS',
        problem:
          `lacks ${missing.length === 1 ? 'a key' : 'keys'} that sealed tokens need: ${named.join(', ')}. ` +
          'Put it back behind the first one and run "cutover keys rotate"; ' +
          'where it is lost, "cutover keys rotate --end-unreadable" ends these sessions',
      },
    ]);
  }

  private async counted() {
    const used = new Map<string, number>();
    let rows = 0;
    let unsealed = 0;
    for (const { access, refresh, id, count } of await this.groups()) {
      const kids = new Set([access, refresh, id].filter((kid) => kid !== null));
      rows += Number(count);
      if (kids.delete('')) unsealed += Number(count);
      for (const kid of kids) used.set(kid, (used.get(kid) ?? 0) + Number(count));
    }
    return { used, rows, unsealed };
  }

  /** None before the schema step that makes the table: what is not there needs no key. */
  private async groups(): Promise<Group[]> {
    if (!(await this.database.hasTable(TABLE))) return [];
    const kid = this.database.engine === 'mysql' ? kidInMysql : kidInSqlite;
    return this.database.query<Group>(
      `SELECT ${kid('access_token')} AS access, ${kid('refresh_token')} AS refresh, ${kid('id_token')} AS id, COUNT(*) AS count
       FROM ${TABLE} GROUP BY 1, 2, 3`,
    );
  }
}

const kidInMysql = (column: string) => `LEFT(${column}, LOCATE(':', LEFT(${column}, ${PREFIX})) - 1)`;
const kidInSqlite = (column: string) =>
  `substr(${column}, 1, max(instr(substr(${column}, 1, ${PREFIX}), ':') - 1, 0))`;
