import type { User } from '@cutover/contracts';

/** Who is asking, alike for both sides. */
export interface AuthenticatedUser extends User {
  /** `null` for whoever came with an access token that another application obtained: they have no session here. */
  sessionId: string | null;
}
