import { z } from 'zod';
import { aadstsNumber } from '../people/person';

export const OPERATIONS = [
  'login',
  'refresh',
  'validate',
  'userInfo',
  'logout',
  'jwks',
  'discovery',
] as const;
export type Operation = (typeof OPERATIONS)[number];

const share = z.number().min(0).max(1);

/** How the answer of login and refresh looks. */
export const answerShapeSchema = z.strictObject({
  naming: z.enum(['snake_case', 'camelCase']),
  nesting: z.enum(['flat', 'data']),
  user: z.boolean(),
  idToken: z.boolean(),
  refreshToken: z.boolean(),
  /** Adds a field that no contract knows. */
  extraField: z.boolean(),
  expiresIn: z.enum(['number', 'string', 'absent']),
  accessToken: z.enum(['jwt', 'opaque']),
  tenant: z.enum(['own', 'other']),
  audience: z.enum(['own', 'other']),
  /**
   * `cut` ends the JSON early under a right content-length; `truncated` announces more bytes than it sends;
   * `redirect` points at `/control/redirected`, which counts who came.
   */
  body: z.enum(['json', 'html', 'empty', 'cut', 'truncated', 'redirect', 'oversized']),
});
export type AnswerShape = z.output<typeof answerShapeSchema>;

export const faultsSchema = z.strictObject({
  /** Milliseconds before anything happens. */
  latency: z.number().int().min(0).max(600_000),
  /** Share of calls that fail with `errorStatus`, before any work. */
  errorRate: share,
  errorStatus: z.number().int().min(400).max(599),
  /** `Retry-After` of these failures, in seconds; null sends none. */
  retryAfter: z.number().int().min(0).nullable(),
  /** Destroys the socket as soon as a request comes. */
  outage: z.boolean(),
  /** Share of calls whose work is done, and whose answer never leaves. */
  lostReplies: share,
  /** The operations that the five above befall; null: all. */
  operations: z.array(z.enum(OPERATIONS)).nullable(),
  /** Entra lets a refresh token be used again; by default here its second use ends the family. */
  allowRefreshReplay: z.boolean(),
  /** AADSTS number by username: answers that person's login and refresh, whatever the password. */
  refusals: z.record(z.string().min(1), aadstsNumber),
  shape: answerShapeSchema,
});
export type Faults = z.output<typeof faultsSchema>;

/** `PUT /control/faults`: what is left out stays as it is; a refusal of null is lifted. */
export const faultsChangeSchema = faultsSchema.partial().extend({
  refusals: z.record(z.string().min(1), aadstsNumber.nullable()).optional(),
  shape: answerShapeSchema.partial().optional(),
});
export type FaultsChange = z.output<typeof faultsChangeSchema>;

export const noFaults = (): Faults => ({
  latency: 0,
  errorRate: 0,
  errorStatus: 500,
  retryAfter: null,
  outage: false,
  lostReplies: 0,
  operations: null,
  allowRefreshReplay: false,
  refusals: {},
  shape: {
    naming: 'snake_case',
    nesting: 'flat',
    user: true,
    idToken: true,
    refreshToken: true,
    extraField: false,
    expiresIn: 'number',
    accessToken: 'jwt',
    tenant: 'own',
    audience: 'own',
    body: 'json',
  },
});

export function mergeFaults(faults: Faults, change: FaultsChange): Faults {
  const refusals = Object.entries({ ...faults.refusals, ...change.refusals });
  return {
    ...faults,
    ...change,
    refusals: Object.fromEntries(refusals.filter((entry): entry is [string, number] => entry[1] !== null)),
    shape: { ...faults.shape, ...change.shape },
  };
}
