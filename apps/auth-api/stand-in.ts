import { mergeFaults, noFaults, OPERATIONS, type FaultsChange, type Operation } from './control/faults';
import { Directory, upnOf } from './people/directory';
import type { Person } from './people/person';
import { Refusal } from './refusals/refusal';
import { RefreshGrants } from './tokens/refresh-grants';
import { SigningKeys } from './tokens/signing-keys';
import { OpaqueTokens } from './tokens/opaque-tokens';
import { TokenIssuer } from './tokens/token-issuer';

const noCalls = () => Object.fromEntries(OPERATIONS.map((name) => [name, 0])) as Record<Operation, number>;

export interface OpenedGrant {
  access_token: string;
  refresh_token: string;
}

/** Everything that the stand-in remembers, in memory, from its start to its end. */
export class StandIn {
  /** `http://127.0.0.1:<port>`, known once the socket is bound. */
  baseUrl = '';
  faults = noFaults();
  /** Calls since the start or the last reset, by operation, failed ones included. */
  calls = noCalls();
  /** TCP connections that were accepted since the start or the last reset. */
  connections = 0;
  /** Requests that followed the redirect of the shape `redirect`. */
  redirectsFollowed = 0;
  /** Answers that never left, by the fault `lostReplies`. */
  repliesLost = 0;
  readonly directory = new Directory();
  readonly grants = new RefreshGrants();
  readonly opaque = new OpaqueTokens();
  readonly tokens: TokenIssuer;

  private constructor(
    readonly keys: SigningKeys,
    tokenLifetime: number,
  ) {
    this.tokens = new TokenIssuer(keys, () => this.baseUrl, tokenLifetime);
  }

  static async create(tokenLifetime: number): Promise<StandIn> {
    return new StandIn(await SigningKeys.create(), tokenLifetime);
  }

  changeFaults(change: FaultsChange): void {
    this.faults = mergeFaults(this.faults, change);
  }

  resetFaults(): void {
    this.faults = noFaults();
  }

  resetCounts(): void {
    this.calls = noCalls();
    this.connections = 0;
    this.redirectsFollowed = 0;
    this.grants.replays = 0;
    this.repliesLost = 0;
  }

  /** Opens grants as so many sign-ins would, for tests that need thousands. @throws Refusal for an unknown person */
  openGrants(username: string, count: number): Promise<OpenedGrant[]> {
    const person = this.directory.find(username);
    if (!person) throw new Refusal(50034);
    return Promise.all(
      Array.from({ length: count }, async () => {
        const grant = this.grants.open(person.oid);
        const { jwt, uti } = await this.tokens.accessToken(person, this.faults.shape);
        grant.remember(uti);
        return { access_token: jwt, refresh_token: grant.nextRefreshToken() };
      }),
    );
  }

  /** @throws Refusal where the person is gone or, by now, refused; the refresh token is not used up by that. */
  personMayRefresh(oid: string): Person {
    const person = this.directory.findByObjectId(oid);
    if (!person) throw new Refusal(50034);
    this.refuseIfOrdered(person.upn);
    if (person.refusal !== null) throw new Refusal(person.refusal);
    return person;
  }

  /** @throws Refusal where the control route ordered one for this person. */
  private refuseIfOrdered(username: string): void {
    const upn = upnOf(username);
    for (const [name, number] of Object.entries(this.faults.refusals)) {
      if (upnOf(name) === upn) throw new Refusal(number);
    }
  }

  /** @throws Refusal as Entra orders its checks: a lock first, then the password, then all else. */
  signIn(username: string, password: string): Person {
    this.refuseIfOrdered(username);
    const person = this.directory.find(username);
    if (!person) throw new Refusal(50034);
    if (person.refusal === 50053) throw new Refusal(50053);
    if (person.password !== password) throw new Refusal(50126);
    if (person.refusal !== null) throw new Refusal(person.refusal);
    return person;
  }
}
