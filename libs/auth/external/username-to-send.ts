import type { ExternalAuthSettings } from '@cutover/config';
import { withDomain } from '@cutover/external-auth';
import type { SignInAttempt } from '../sign-in/sign-in-attempt';

/** The name by which the external side knows the person who typed `username` (design section 4). */
export function usernameToSend(
  { username, user }: Pick<SignInAttempt, 'username' | 'user'>,
  settings: Pick<ExternalAuthSettings, 'usernameDomain' | 'usernameSource'> | null,
): string {
  if (settings?.usernameSource === 'azure_email' && user?.azureEmail) return user.azureEmail;
  return withDomain(username, settings?.usernameDomain);
}
