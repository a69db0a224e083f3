import { type ExecuteValues, TypedParameter } from 'mysql2';

export type Value = string | number | bigint | boolean | Date | Buffer | null;

const LARGEST_SIGNED = 2n ** 63n - 1n;

/**
 * Values as a prepared statement takes them (`typed`), and as the driver would quote them (`plain`). Whole numbers go as
 * such: as DOUBLE, which is what JavaScript has, a LIMIT is refused by MySQL 8 and an id beyond 2^53 is another one.
 *
 * @throws TypeError for anything but a scalar: a driver that quotes would make an object into conditions of a statement
 */
export function boundValues(values: readonly unknown[]): { typed: ExecuteValues[]; plain: Value[] } {
  const plain = values.map(scalar);
  return { typed: plain.map(typed), plain };
}

function scalar(value: unknown): Value {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'string':
    case 'bigint':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      break;
    case 'object':
      if (value === null || Buffer.isBuffer(value) || isInstant(value)) return value;
      break;
  }
  throw new TypeError('a parameter of a statement is no text, number, boolean, instant or bytes');
}

function typed(value: Value): ExecuteValues {
  if (typeof value === 'bigint')
    return value > LARGEST_SIGNED ? TypedParameter.BIGINT.unsigned(value) : TypedParameter.BIGINT(value);
  return Number.isSafeInteger(value) ? TypedParameter.BIGINT(value as number) : value;
}

/** Also one of Node's own realm inside Jest's. An invalid one is none. */
const isInstant = (value: object): value is Date =>
  Object.prototype.toString.call(value) === '[object Date]' && !Number.isNaN((value as Date).getTime());
