export interface NamedPerson {
  id: number;
  username: string;
}

/** How many they are, and the first of them. */
export interface Listing<T extends NamedPerson = NamedPerson> {
  count: number;
  first: T[];
}

/** The same in words. */
export interface Named {
  count: number;
  text: string;
}

/** People who are named; all are counted. */
const NAMED = 20;

export const listing = <T extends NamedPerson>(): Listing<T> => ({ count: 0, first: [] });

export function add<T extends NamedPerson>(list: Listing<T>, person: T): void {
  list.count++;
  if (list.first.length < NAMED) list.first.push(person);
}

/** `ada (id 1) and 3 more` */
export function named<T extends NamedPerson>(
  { count, first }: Listing<T>,
  say: (person: T) => string = () => '',
): Named {
  const names = first.map((person) => `${person.username} (id ${person.id})${say(person)}`).join(', ');
  return { count, text: count > first.length ? `${names} and ${count - first.length} more` : names };
}
