import type { NamedPerson } from '../matching/directory';

/** People that a summary names; how many there are it says in any case. */
export const NAMED = 20;

export interface NamedReason extends NamedPerson {
  reason: string;
}

export interface Listed<T> {
  count: number;
  /** The first {@link NAMED}. */
  first: T[];
}

export function list<T>(listed: Listed<T>, item: T): void {
  listed.count++;
  if (listed.first.length < NAMED) listed.first.push(item);
}
