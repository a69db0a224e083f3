import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopbackHost, mysqlAddressOf, MysqlUrlRefused } from './mysql-address';
import { KEY_BYTES } from './secrets/secret-settings';
import type { EncryptionKey } from './settings';

export const isLoopbackUrl = (url: string) =>
  isLoopbackHost(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));

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
  // Nothing looks at it after a fault was found.
  const fault = (message: string) => context.addIssue({ code: 'custom', message, continue: false });
  if (/\s/.test(value) || !URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    fault('expects a URL that starts with https://');
  } else if (new URL(value).username !== '' || new URL(value).password !== '') {
    fault('expects a URL without a user name and password in it');
  } else if (new URL(value).protocol === 'http:' && !isLoopbackUrl(value)) {
    fault('expects https; plain http is for a loopback host only');
  }
});

/** Paths are put behind it. */
export const baseUrl = webUrl.refine(
  (value) => !/[?#]/.test(value),
  'expects a URL without a query or a fragment: the paths of the API are put behind it',
);

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
    (value) => new URL(value).href === `${new URL(value).origin}/`,
    'expects an origin: scheme, host and port, without a path',
  )
  .transform((value) => new URL(value).origin);

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
  if (keys.length === 0 || keys.some(({ kid, key }) => kid === '' || key.length !== KEY_BYTES)) {
    const message = `expects kid:base64 pairs of ${KEY_BYTES} bytes each, separated by commas`;
    context.addIssue({ code: 'custom', message });
  } else if (distinct < keys.length) {
    context.addIssue({ code: 'custom', message: 'names two keys alike: each needs a kid of its own' });
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
  if (value.startsWith('sqlite:') && value !== 'sqlite:') {
    return { engine: 'sqlite' as const, path: value.slice('sqlite:'.length) };
  }
  try {
    mysqlAddressOf(value); // to find its faults with all others; whoever connects reads it again
    return { engine: 'mysql' as const, url: value };
  } catch (error) {
    if (!(error instanceof MysqlUrlRefused)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});
