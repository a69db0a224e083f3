import { Injectable } from '@nestjs/common';
import { ProblemError } from '@cutover/contracts';
import { GrantInvalid } from '../errors';
import { ExternalAuthClient } from '../external-auth.client';
import type { StepRecorder } from './step-recorder';

/** Whether a session can go on, and whether it can be ended over there. */
@Injectable()
export class GrantChecks {
  constructor(private readonly client: ExternalAuthClient) {}

  async check(recorder: StepRecorder, refreshToken: string | null): Promise<void> {
    if (refreshToken === null) {
      const why = 'the sign-in brought no refresh token';
      recorder.skip(
        'refresh',
        why,
        'Sessions end with their access token. Ask whoever runs the API for refresh tokens (scope offline_access).',
      );
      recorder.skip('logout', why);
      return;
    }
    const current = await this.refresh(recorder, refreshToken);
    await this.logout(recorder, current);
  }

  /** @returns the grant's refresh token by now */
  private async refresh(recorder: StepRecorder, refreshToken: string): Promise<string> {
    let current = refreshToken;
    await recorder.attempt('refresh', async () => {
      const result = await this.client.refresh(refreshToken);
      current = result.verified ? result.tokens.refreshToken : result.refreshToken;
      recorder.hide(current);
      if (!result.verified) throw result.failure;
      recorder.hide(result.tokens.accessToken, result.tokens.idToken);
      const rotates = current !== refreshToken;
      return {
        found: `new tokens, which hold; the refresh token ${rotates ? 'is replaced each time' : 'stays the same'}`,
      };
    });
    return current;
  }

  private async logout(recorder: StepRecorder, refreshToken: string): Promise<void> {
    await recorder.attempt('logout', async () => {
      await this.client.signOut(refreshToken);
      return (await this.isOver(refreshToken))
        ? { found: 'done; the refresh token is dead' }
        : {
            found: 'done, and nothing shows that the refresh token is dead',
            advice: 'Signing out here does not end the sign-in over there: ask whoever runs the API.',
          };
    });
  }

  private async isOver(refreshToken: string): Promise<boolean> {
    try {
      const { refreshToken: next } = await this.client
        .refresh(refreshToken)
        .then((result) => (result.verified ? result.tokens : result));
      await this.client.signOut(next).catch(() => undefined);
      return false;
    } catch (error) {
      if (error instanceof ProblemError) return error instanceof GrantInvalid;
      throw error;
    }
  }
}
