import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { UserRecord } from '@cutover/users';
import { usernameToSend } from '../external/username-to-send';
import { AccountNames } from '../rate-limits/account-names';
import type { SentName, SignInAttempt } from './sign-in-attempt';

/** By which name the external side is asked for somebody, and whom that counts for. */
@Injectable()
export class SentNames {
  constructor(
    private readonly names: AccountNames,
    private readonly settings: SettingsService,
  ) {}

  /**
   * @returns with it the one who has the name over there, where no row was found by what was typed
   * @throws ServiceUnavailable
   */
  async of({
    username: typed,
    user,
  }: Pick<SignInAttempt, 'username' | 'user'>): Promise<{ sent: SentName; owner: UserRecord | null }> {
    const username = usernameToSend(
      { username: typed, user },
      this.settings.get('externalAuth', { infer: true }),
    );
    const { keys, owner } = await this.names.external(username, user);
    return { sent: { username, keys }, owner: user ? null : owner };
  }
}
