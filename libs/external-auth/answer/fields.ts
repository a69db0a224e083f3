import { isObject, type JsonObject } from './json-object';

/** By which names an answer may call what we look for; the first one present counts. */
export const FIELDS = {
  accessToken: ['access_token', 'accessToken'],
  idToken: ['id_token', 'idToken'],
  refreshToken: ['refresh_token', 'refreshToken'],
  tokenType: ['token_type', 'tokenType'],
  expiresIn: ['expires_in', 'expiresIn'],
  user: ['user'],
  objectId: ['oid', 'id', 'object_id', 'objectId'],
  name: ['name', 'display_name', 'displayName'],
  email: ['email', 'mail'],
  preferredUsername: [
    'preferred_username',
    'preferredUsername',
    'user_principal_name',
    'userPrincipalName',
    'upn',
  ],
  error: ['error'],
  errorDescription: ['error_description', 'errorDescription', 'message'],
  errorCodes: ['error_codes', 'errorCodes'],
  traceId: ['trace_id', 'traceId'],
  correlationId: ['correlation_id', 'correlationId'],
} as const;

export type Field = keyof typeof FIELDS;

/** The answer itself, or what it wraps in `data`. */
export const unwrapped = (answer: JsonObject): JsonObject =>
  isObject(answer['data']) ? answer['data'] : answer;

export function fieldOf(answer: JsonObject, field: Field): unknown {
  const name = FIELDS[field].find(
    (candidate) => answer[candidate] !== undefined && answer[candidate] !== null,
  );
  return name === undefined ? undefined : answer[name];
}

/** A text that says something, or null. */
export function textOf(answer: JsonObject, field: Field): string | null {
  const value = fieldOf(answer, field);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
