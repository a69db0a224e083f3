import { createHash } from 'node:crypto';
import type { Person, PersonInput } from './person';
import { SAMPLE_PEOPLE } from './sample-people';

export const DIRECTORY_DOMAIN = 'contoso.example';

/** The user principal name of what somebody typed: `@contoso.example` is added where there is no `@`. */
export const upnOf = (username: string) =>
  (username.includes('@') ? username : `${username}@${DIRECTORY_DOMAIN}`).toLowerCase();

/** The people of the stand-in's tenant. */
export class Directory {
  private readonly people = new Map<string, Person>();

  constructor() {
    this.reset();
  }

  find(username: string): Person | null {
    return this.people.get(upnOf(username)) ?? null;
  }

  findByObjectId(oid: string): Person | null {
    return this.all().find((person) => person.oid === oid) ?? null;
  }

  all(): Person[] {
    return [...this.people.values()];
  }

  /** Adds people; one with a known username is replaced. */
  put(people: PersonInput[]): void {
    for (const input of people) {
      const upn = upnOf(input.username);
      const email = input.email === undefined ? upn : input.email;
      this.people.set(upn, {
        upn,
        password: input.password,
        name: input.name,
        userPrincipalName: input.userPrincipalName ?? upn,
        email,
        unsignedEmail: input.unsignedEmail === undefined ? email : input.unsignedEmail,
        oid: input.oid ?? objectIdOf(upn),
        refusal: input.refusal ?? null,
      });
    }
  }

  /** Back to the sample people. */
  reset(): void {
    this.people.clear();
    this.put(SAMPLE_PEOPLE);
  }
}

/** A UUID of version 8 (RFC 9562 section 5.8) that depends on the user principal name only. */
function objectIdOf(upn: string): string {
  const hex = createHash('sha256').update(upn).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
