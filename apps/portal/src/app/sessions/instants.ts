/** English, as the rest of the page; the month in words, since 3/4 is March here and April there. */
const LANGUAGE = 'en-GB';

const EXACT = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'long', timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: 'auto' });

/** Seconds in each unit, the largest first. */
const UNITS: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `25 November 2026 at 07:34`, in the time zone of this device. @param instant RFC 3339 */
export function exactly(instant: string): string {
  return EXACT.format(new Date(instant));
}

/**
 * `5 minutes ago`, `Yesterday`. What is less than a minute old, or ahead because two clocks differ, is `Just now`.
 *
 * @param instant RFC 3339
 * @param now epoch milliseconds
 */
export function ago(instant: string, now: number): string {
  const seconds = (now - Date.parse(instant)) / 1000;
  const [unit, length] = UNITS.find(([, limit]) => seconds >= limit) ?? [];
  if (unit === undefined || length === undefined) return 'Just now';
  const words = RELATIVE.format(-Math.floor(seconds / length), unit);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
