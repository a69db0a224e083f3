import { FIELDS, type Field, unwrapped } from '../answer/fields';
import { isObject, type JsonObject } from '../answer/json-object';
import type { MappedField } from './check-step';

export interface AnswerShape {
  naming: 'snake_case' | 'camelCase' | 'mixed' | 'neither';
  nesting: 'flat' | 'data';
  fields: MappedField[];
  /** Names of fields that nobody here reads. */
  unread: string[];
}

const TOKEN_FIELDS = ['accessToken', 'idToken', 'refreshToken', 'tokenType', 'expiresIn'] as const;
const USER_FIELDS = ['objectId', 'name', 'email', 'preferredUsername'] as const;

/** How a token answer is built, by the table that reads it. Names of fields only, never what they hold. */
export function shapeOfTokenAnswer(json: JsonObject): AnswerShape {
  const answer = unwrapped(json);
  const nesting = answer === json ? 'flat' : 'data';
  const prefix = nesting === 'data' ? 'data.' : '';
  const user = isObject(answer['user']) ? answer['user'] : {};
  const fields = [
    ...mapped(answer, TOKEN_FIELDS, prefix, ''),
    ...mapped(user, USER_FIELDS, `${prefix}user.`, 'user.'),
  ];
  const read = new Set<string>([...TOKEN_FIELDS.flatMap((field) => [...FIELDS[field]]), 'user']);
  const unread = Object.keys(answer).filter((name) => !read.has(name));
  return { naming: namingOf(answer), nesting, fields, unread: unread.map(plainName) };
}

/** As {@link shapeOfTokenAnswer}, of a user info answer. */
export function shapeOfUserInfo(json: JsonObject): MappedField[] {
  const inner = unwrapped(json);
  const user = isObject(inner['user']) ? inner['user'] : inner;
  const prefix = (inner === json ? '' : 'data.') + (user === inner ? '' : 'user.');
  return mapped(user, USER_FIELDS, prefix, 'user.');
}

function mapped(answer: JsonObject, fields: readonly Field[], prefix: string, ours: string): MappedField[] {
  return fields.map((field) => {
    const name = FIELDS[field].find((candidate) => answer[candidate] != null);
    return { field: ours + field, from: name === undefined ? null : prefix + name };
  });
}

function namingOf(answer: JsonObject): AnswerShape['naming'] {
  const names = Object.keys(answer);
  const snake = names.some((name) => /^[a-z]+(_[a-z]+)+$/.test(name));
  const camel = names.some((name) => /^[a-z]+([A-Z][a-z]+)+$/.test(name));
  if (snake && camel) return 'mixed';
  if (snake) return 'snake_case';
  return camel ? 'camelCase' : 'neither';
}

/** Somebody else wrote it: a name that is none is not repeated. */
const plainName = (name: string) => (/^[\w.$-]{1,40}$/.test(name) ? name : '(a strange name)');
