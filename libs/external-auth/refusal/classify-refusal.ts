import { fieldOf, textOf, unwrapped } from '../answer/fields';
import { isObject, jsonObject, type JsonObject } from '../answer/json-object';
import type { UpstreamAnswer } from '../transport/provider-http';
import type { UpstreamFailure } from '../upstream-failure';
import { AADSTS_CLASSES, type RefusalClass } from './aadsts-classes';
import { OAUTH_ERRORS } from './oauth-errors';

export interface Refusal {
  class: RefusalClass;
  /** What decided. */
  by: 'number' | 'error' | 'status';
  /** The number that decided, else the first one given. */
  aadsts?: number;
  /** It is our address that was refused, whoever asks from it. */
  addressBlocked?: true;
}

/** Its own ids of the request, where they are ids: what a server sends may be anything, and this goes into logs. */
export function requestIdsOf(answer: UpstreamAnswer): Pick<UpstreamFailure, 'traceId' | 'correlationId'> {
  const json = jsonObject(answer);
  if (!json) return {};
  const idOf = (field: 'traceId' | 'correlationId') => {
    const value = textOf(unwrapped(json), field);
    return value !== null && GUID.test(value) ? { [field]: value } : {};
  };
  return { ...idOf('traceId'), ...idOf('correlationId') };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** 50053 has two meanings, and only its text tells them apart (Microsoft's page of error codes). */
const LOCKED_OR_BLOCKED = 50053;
const BLOCKED = /\bIP address\b|malicious/i;

/**
 * What an answer outside 2xx means. OAuth's `error` decides first; an AADSTS number refines it; where neither is
 * known, the status: 401 is the neutral refusal, 429 a throttle, 5xx an outage, and all else nobody's fault but the
 * configuration's. Numbers change without notice, and an unknown one must neither open a fallback nor name a
 * reason that is not so: beside `invalid_grant` it stays the neutral `invalid_credentials`.
 */
export function classifyRefusal(answer: UpstreamAnswer): Refusal {
  const json = jsonObject(answer);
  const body = json && unwrapped(json);
  const numbers = body ? numbersOf(body) : [];
  const known = numbers.find((number) => AADSTS_CLASSES.has(number));
  const aadsts = known ?? numbers[0];
  const byNumber = known === undefined ? undefined : AADSTS_CLASSES.get(known);
  const byError = OAUTH_ERRORS.get(String((body && fieldOf(body, 'error')) ?? ''));
  if (answer.status === 429) return { class: 'throttled', by: 'status', aadsts };
  if (byError && !(byError.refinable && byNumber)) return { class: byError.class, by: 'error', aadsts };
  if (byNumber) {
    const text = String((body && fieldOf(body, 'errorDescription')) ?? '');
    const blocked = aadsts === LOCKED_OR_BLOCKED && BLOCKED.test(text);
    return { class: byNumber, by: 'number', aadsts, ...(blocked && { addressBlocked: true }) };
  }
  return { class: byStatus(answer.status, body !== null), by: 'status', aadsts };
}

function byStatus(status: number, isJson: boolean): RefusalClass {
  if (status >= 500 || status === 408) return 'transient';
  // A 401 that is not JSON was written by a proxy or a firewall: it says nothing about the password.
  return status === 401 && isJson ? 'invalid_credentials' : 'misconfigured';
}

/** `error_codes`, else the numbers in the text, as `AADSTS50126: …`. */
function numbersOf(body: JsonObject): number[] {
  const codes = fieldOf(body, 'errorCodes');
  const listed = (Array.isArray(codes) ? codes : [codes]).map(Number).filter(Number.isInteger);
  if (listed.length > 0) return listed;
  const error = fieldOf(body, 'error');
  const texts = [
    fieldOf(body, 'errorDescription'),
    error,
    isObject(error) ? fieldOf(error, 'errorDescription') : '',
  ];
  const matches = texts.flatMap((text) =>
    typeof text === 'string' ? [...text.matchAll(/AADSTS(\d{4,8})/g)] : [],
  );
  return matches.map(([, number]) => Number(number));
}
