import { randomBytes } from 'node:crypto';

/** One secret of a setting; a list holds several. */
export interface SecretPart {
  /** What an operator knows it by: a key's name, a place in the list. Never the secret itself. */
  label: string;
  /** As it is written, without its name. */
  text: string;
  /** Length of the key that the text encodes; where it says nothing, of the text. */
  bytes?: number;
}

export interface SecretSetting {
  /** Bits that it must be worth; `null` where another system made it, and its rules hold. */
  floor: number | null;
  /** The secrets in a value, which may be malformed. */
  partsOf: (value: string) => SecretPart[];
  /** Makes one where none is set, outside production. */
  generated?: () => string;
}

/**
 * NIST SP 800-57 part 1 rev. 5, table 4: 128 bits of strength hold beyond 2030 (SP 800-131A rev. 2 lets 112 end there);
 * OWASP ASVS 5.0, 7.2.3 asks the same of tokens.
 */
const FLOOR = 128;

/** Of AES-256 (FIPS 197), and the least for HS256 (RFC 7518 section 3.2). */
export const KEY_BYTES = 32;

/**
 * Which settings are secrets. Whatever treats secrets in a way of their own asks this table: files (`X_FILE`), the rules of
 * production, generated secrets, logs, `cutover keys check`, the documents' tests.
 */
export const SECRET_SETTINGS = {
  DATABASE_URL: { floor: null, partsOf: passwordOfUrl },
  LOCAL_JWT_SECRET: {
    floor: FLOOR,
    partsOf: listed,
    generated: () => randomBytes(32).toString('base64url'),
  },
  TOKEN_ENCRYPTION_KEYS: { floor: FLOOR, partsOf: named, generated: () => `dev:${key()}` },
  // A name of its own: of two machines' keys, neither is taken for the other.
  AUDIT_KEYS: {
    floor: FLOOR,
    partsOf: named,
    generated: () => `dev-${randomBytes(4).toString('hex')}:${key()}`,
  },
  BACKUP_KEY: { floor: FLOOR, partsOf: named, generated: key },
  METRICS_TOKEN: { floor: FLOOR, partsOf: alone },
  EXTERNAL_AUTH_CLIENT_SECRET: { floor: null, partsOf: alone },
  OTEL_EXPORTER_OTLP_HEADERS: { floor: null, partsOf: headerValues },
} satisfies Record<string, SecretSetting>;

export type SecretName = keyof typeof SECRET_SETTINGS;

export const SECRET_NAMES = Object.keys(SECRET_SETTINGS) as SecretName[];

export const isSecretName = (name: string): name is SecretName => Object.hasOwn(SECRET_SETTINGS, name);

/** The setting that names the file of a secret. */
export const fileSettingOf = (name: SecretName) => `${name}_FILE` as const;

function key(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

function alone(value: string): SecretPart[] {
  return [{ label: '', text: value }];
}

function listed(value: string): SecretPart[] {
  return items(value).map((text, index) => ({ label: `${index + 1}.`, text }));
}

/** `kid:key`, or a key without a name. What is in front of no key may be the key: only its place is told. */
function named(value: string): SecretPart[] {
  return items(value).map((item, index) => {
    const [, kid, text = item] = /^([\w.-]{1,32}):(.*)$/s.exec(item) ?? [];
    const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64').length;
    return { label: kid !== undefined && bytes === KEY_BYTES ? kid : `${index + 1}.`, text, bytes };
  });
}

function headerValues(value: string): SecretPart[] {
  return items(value).map((item, index) => {
    const [, text = ''] = item.split(/=(.*)/s);
    // A scheme in front of a credential (RFC 9110 section 11.4) is no part of the secret.
    return { label: `${index + 1}.`, text: decoded(text.trim()).replace(/^\w+ +/, '') };
  });
}

function passwordOfUrl(value: string): SecretPart[] {
  const password = URL.canParse(value) ? new URL(value).password : '';
  return password === '' ? [] : [{ label: 'password', text: decoded(password) }];
}

const items = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** As it stands where it is not encoded well. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
