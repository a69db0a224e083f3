import { z } from 'zod';

/** Seconds since 1970, RFC 7519 section 2. */
const instant = z.number();

/**
 * Of which type each claim is that anything here compares or counts with (RFC 7519 section 4.1, Entra's access token
 * claims). A list that holds the right tenant reads like the tenant where it is turned into text; it is none.
 */
const claims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string().optional(),
  exp: instant,
  nbf: instant.optional(),
  iat: instant.optional(),
  tid: z.string(),
  oid: z.string().min(1),
  azp: z.string().optional(),
  appid: z.string().optional(),
  scp: z.string().optional(),
  idtyp: z.string().optional(),
  jti: z.string().optional(),
  uti: z.string().optional(),
  sid: z.string().optional(),
  nonce: z.string().optional(),
});

/** @returns the claim that is missing or of another type; `null` where all are as they must be */
export function wrongClaim(payload: unknown): string | null {
  const { error } = claims.safeParse(payload);
  return error ? String(error.issues[0]?.path[0]) : null;
}
