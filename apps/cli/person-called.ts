import type { INestApplicationContext } from '@nestjs/common';
import { ValidationFailed } from '@cutover/contracts';
import { type UserRecord, UserRepository } from '@cutover/users';

/** The one person of this name. @throws ValidationFailed where nobody, or more than one, is called so */
export async function personCalled(username: string, context: INestApplicationContext): Promise<UserRecord> {
  const match = await context.get(UserRepository, { strict: false }).findByUsername(username);
  if (match.outcome === 'one') return match.user;
  throw new ValidationFailed({
    detail:
      match.outcome === 'none'
        ? `No user is called ${username}; "cutover users list" shows everybody.`
        : `More than one user is called ${username}; "cutover users list --problems" shows them.`,
  });
}
