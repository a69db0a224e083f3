import { InvalidArgumentError } from 'commander';

/** Reads a day or an instant of RFC 3339; a day begins at midnight UTC. @returns epoch milliseconds */
export function instant(text: string): number {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
  const value = form.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(value))
    throw new InvalidArgumentError('Expects a day or an instant like 2026-11-25 or 2026-11-25T08:00:00Z.');
  return value;
}

/** Reads a head as the log names it. */
export function head(text: string): { sequence: number; hmac: string } {
  const [, sequence, hmac] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? [];
  if (sequence === undefined || hmac === undefined)
    throw new InvalidArgumentError('Expects a head as the log names it: SEQUENCE:HMAC.');
  return { sequence: Number(sequence), hmac };
}
