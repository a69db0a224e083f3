/** Characters; longer than any header that a server lets through (Node's limit is 16 KiB for all of them). */
const LONGEST = 16_384;

/**
 * Three base64url parts without padding, each spelled in its one canonical way (RFC 4648 section 3.5). A decoder
 * ignores the unused bits of a last character, so the same token could otherwise be written in several ways, and
 * a revocation by hash would miss all but one.
 */
export function isCanonicalJwt(token: string): boolean {
  if (token.length > LONGEST) return false;
  const parts = token.split('.');
  return (
    parts.length === 3 &&
    parts.every((part) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part)
  );
}
