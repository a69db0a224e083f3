import type { User } from '@cutover/contracts';

/** Who is asking, alike for both sides. */
export interface AuthenticatedUser extends User {
  sessionId: string;
}
