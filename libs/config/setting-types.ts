import { isIP } from 'node:net';
import { z } from 'zod';
import type { EncryptionKey } from './settings';

/** Key length of AES-256 (FIPS 197), and the least for HS256 (RFC 7518 section 3.2), in bytes. */
const KEY_BYTES = 32;

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

export const isLoopbackUrl = (url: string) => LOOPBACK_HOSTS.has(new URL(url).hostname);

export const flag = z.enum(['true', 'false'], 'expects true or false').transform((value) => value === 'true');

export const whole = (unit: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expects a whole number of ${unit}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expects ${least} to ${most} ${unit}`);

/** A day as calendars write it (RFC 3339 full-date); epoch milliseconds of its beginning in UTC. */
export const date = z.iso
  .date('expects a day, such as 2027-03-31')
  .transform((day) => Date.parse(`${day}T00:00:00Z`));

export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** https, or http on this machine: nobody's password or token crosses a network in clear. */
export const webUrl = z.string().superRefine((value, context) => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    context.addIssue({ code: 'custom', message: 'expects a URL that starts with https://' });
  } else if (new URL(value).username !== '' || new URL(value).password !== '') {
    context.addIssue({ code: 'custom', message: 'expects a URL without a user name and password in it' });
  } else if (new URL(value).protocol === 'http:' && !isLoopbackUrl(value)) {
    context.addIssue({ code: 'custom', message: 'expects https; plain http is for a loopback host only' });
  }
});

/** Spans hold no secret, and a collector stands beside the program as a rule: plain http is allowed. */
export const collectorUrl = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'expects a URL that starts with http:// or https://',
  )
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
    'expects a URL without a user name and password in it',
  )
  .transform((value) => value.replace(/\/+$/, ''));

/** `name=value` pairs, values percent-encoded (OpenTelemetry, OTLP exporter configuration). */
export const headers = z.string().transform((value, context): Record<string, string> => {
  const pairs = value.split(',').map((pair) => {
    const [, name = '', encoded = ''] = /^\s*([\w-]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    return [name, decoded(encoded)] as const;
  });
  if (pairs.every(([name, text]) => name !== '' && /^[ -~]+$/.test(text))) return Object.fromEntries(pairs);
  context.addIssue({ code: 'custom', message: 'expects name=value pairs, separated by commas' });
  return z.NEVER;
});

/** Empty where it is not encoded well. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

export const origin = webUrl
  .refine(
    (value) => !URL.canParse(value) || new URL(value).href === `${new URL(value).origin}/`,
    'expects an origin: scheme, host and port, without a path',
  )
  .transform((value) => (URL.canParse(value) ? new URL(value).origin : value));

export const path = z.string().regex(/^\/(?!\/)[^\s?#]*$/, 'expects a path that starts with one /');

export const networks = list.refine(
  (items) =>
    items.every((item) => {
      const [address, prefix, ...rest] = item.split('/');
      const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address ?? '')] ?? -1;
      return (
        rest.length === 0 &&
        bits > 0 &&
        (prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= bits))
      );
    }),
  'expects IP addresses or networks like 10.0.0.0/8, separated by commas',
);

export const jwtSecrets = list.refine(
  (items) => items.length > 0 && items.every((item) => Buffer.byteLength(item) >= KEY_BYTES),
  `expects secrets of at least ${KEY_BYTES} bytes, separated by commas`,
);

export const encryptionKeys = list.transform((items, context): EncryptionKey[] => {
  const keys = items.map((item) => {
    const [, kid = '', encoded = ''] = /^([\w.-]{1,32}):([A-Za-z0-9+/]+=*)$/.exec(item) ?? [];
    return { kid, key: Buffer.from(encoded, 'base64') };
  });
  const distinct = new Set(keys.map(({ kid }) => kid)).size;
  if (
    keys.length === 0 ||
    distinct < keys.length ||
    keys.some(({ kid, key }) => kid === '' || key.length !== KEY_BYTES)
  ) {
    context.addIssue({
      code: 'custom',
      message: `expects kid:base64 pairs of ${KEY_BYTES} bytes each with different kids, separated by commas`,
    });
  }
  return keys;
});

/** One key; a name in front of it, as the other keys have one, is ignored. */
export const backupKey = z.string().transform((value, context): Buffer => {
  const [, text = ''] = /^(?:[\w.-]{1,32}:)?([A-Za-z0-9+/]+=*)$/.exec(value) ?? [];
  const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
  if (key.length !== KEY_BYTES)
    context.addIssue({ code: 'custom', message: `expects ${KEY_BYTES} bytes in base64 or hexadecimal` });
  return key;
});

export const databaseUrl = z.string().transform((value, context) => {
  if (value.startsWith('sqlite:')) {
    const path = value.slice('sqlite:'.length);
    if (path !== '') return { engine: 'sqlite' as const, path };
  } else if (
    URL.canParse(value) &&
    new URL(value).protocol === 'mysql:' &&
    new URL(value).pathname.length > 1
  ) {
    return { engine: 'mysql' as const, url: value };
  }
  context.addIssue({
    code: 'custom',
    message: 'expects mysql://user:password@host:port/database or sqlite:path',
  });
  return z.NEVER;
});
