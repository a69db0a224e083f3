import { ProgramFailed } from '../errors';

/** As the stand-in takes them (apps/auth-api/people/person.ts, which checks them). */
export interface StandInPerson {
  username: string;
  password: string;
  name: string;
  email: string;
  oid: string;
  refusal?: number;
}

/** People of one request, below the stand-in's limit of a body. */
const BATCH = 500;

/** What the provider knows, and how it fails. */
export class StandIn {
  constructor(private readonly url: string) {}

  async add(people: readonly StandInPerson[]): Promise<void> {
    for (let from = 0; from < people.length; from += BATCH)
      await this.ask('PUT', '/control/people', { people: people.slice(from, from + BATCH) });
  }

  /** @param share of sign-ins and refreshes, 0 to 1, that end in a 503 */
  failing = (share: number) =>
    this.ask('PUT', '/control/faults', {
      errorRate: share,
      errorStatus: 503,
      operations: ['login', 'refresh'],
    });

  sound = () => this.ask('DELETE', '/control/faults');

  private async ask(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(this.url + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    await response.arrayBuffer();
    if (!response.ok)
      throw new ProgramFailed('the stand-in of the provider', `${method} ${path}: ${response.status}`);
  }
}
