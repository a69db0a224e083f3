import type { PasswordResetRequest } from '@cutover/contracts';

import { newPasswordFault } from '../password/new-password-fault';

/** UTF-16 units, as many as the API takes (libs/auth/local/reset). */
const LONGEST = { username: 255, code: 64 };

export type ResetField = keyof PasswordResetRequest;

/** The code as it was issued: mail programs and telephones add spaces, and dashes that are no hyphens. */
export function plainCode(typed: string): string {
  return typed.replace(/[\s\p{Pd}]/gu, '');
}

/** What is wrong with each field before anything is sent, in the order of the fields; `null` where nothing is. */
export function resetFaults({
  username,
  code,
  newPassword,
}: PasswordResetRequest): Record<ResetField, string | null> {
  return {
    username: username === '' ? 'Enter your username' : tooLong('username', username, 'Check your username'),
    code: code === '' ? 'Enter your code' : tooLong('code', code, 'Check your code'),
    newPassword: newPasswordFault(newPassword),
  };
}

function tooLong(field: keyof typeof LONGEST, text: string, words: string): string | null {
  return text.length > LONGEST[field] ? words : null;
}
