import type { Person } from '../people/person';

/** `user` of the wire contract. */
export const userOf = ({ oid, name, unsignedEmail: email }: Person) => ({
  id: oid,
  name,
  ...(email === null ? {} : { email }),
});
