import { type Role, ValidationFailed } from '@cutover/contracts';
import { hasHidden, readable } from './names/hidden-characters';
import { isAddress } from './names/is-address';

export interface NewUser {
  username: string;
  email: string | null;
  fullName: string | null;
  role: Role;
}

/** Characters, as the legacy column holds them. */
const LONGEST_USERNAME = 150;
const LONGEST_TEXT = 255;

/** @throws ValidationFailed */
export function assertWellFormed({ username, email, fullName }: NewUser): void {
  const faults = [
    !isPlain(username) || hasHidden(username) || length(username) > LONGEST_USERNAME
      ? `username: expects 1 to ${LONGEST_USERNAME} characters without invisible characters or spaces around it`
      : null,
    email !== null &&
    (!isAddress(email) || !isPlain(email) || hasHidden(email) || length(email) > LONGEST_TEXT)
      ? 'email: expects an address like ada@example.org'
      : null,
    fullName !== null &&
    (!isPlain(fullName) || readable(fullName) !== fullName || length(fullName) > LONGEST_TEXT)
      ? `full name: expects 1 to ${LONGEST_TEXT} characters without control characters or spaces around it`
      : null,
  ].filter((fault) => fault !== null);
  if (faults.length > 0) throw new ValidationFailed({ detail: faults.join('; ') });
}

const isPlain = (text: string) =>
  text !== '' && text === text.trim() && !/\p{Cc}/u.test(text) && text.isWellFormed();
const length = (text: string) => [...text].length;
