import { ValidationFailed } from '@cutover/contracts';
import { VersionRequired } from './errors';

/** The entity tag of a version (RFC 9110 section 8.8.3). */
export const entityTag = (version: number) => `"${version}"`;

/**
 * The version that an `If-Match` header names.
 *
 * @throws VersionRequired without the header, ValidationFailed for anything but one strong tag of ours
 */
export function versionOf(ifMatch: string | undefined): number {
  if (ifMatch === undefined) throw new VersionRequired();
  const version = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined)
    throw new ValidationFailed({ detail: 'If-Match: expects one version in double quotes, like "3".' });
  return Number(version);
}
