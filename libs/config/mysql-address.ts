import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

export interface MysqlAddress {
  host: string;
  port: number;
  username: string;
  password: string;
  database: string;
  ssl?: MysqlTls;
}

export interface MysqlTls {
  rejectUnauthorized: true;
  /** Whether the certificate must name the host. On this machine the host is often a tunnel's end: only its signature counts. */
  verifyIdentity: boolean;
  /** PEM; the authorities of Node.js where it says nothing. */
  ca?: string;
}

const DEFAULT_PORT = 3306;

/** What is wrong with a URL, in words that follow the setting's name; never with a part of it. */
export class MysqlUrlRefused extends Error {}

/**
 * What a `mysql://` URL says. `?ssl=true` asks for TLS with a certificate that is verified, `&ssl-ca=FILE` names whose;
 * nothing turns that off, and any other parameter is refused: one that was silently left out could mean a password in clear.
 *
 * @throws MysqlUrlRefused
 */
export function mysqlAddressOf(text: string): MysqlAddress {
  const url = parsed(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const ssl = tlsOf(url.searchParams, host);
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    username: decoded('user name', url.username),
    password: decoded('password', url.password),
    database: decoded('name of the database', url.pathname.slice(1)),
    ...(ssl && { ssl }),
  };
}

function parsed(text: string): URL {
  // The URL parser drops line ends and tabs without a word, and a password would be another one.
  const url = /\s/.test(text) || !URL.canParse(text) ? null : new URL(text);
  const names = url?.pathname.slice(1) ?? '';
  if (
    url?.protocol !== 'mysql:' ||
    url.hostname === '' ||
    names === '' ||
    names.includes('/') ||
    url.hash !== ''
  )
    throw new MysqlUrlRefused(
      'expects mysql://user:password@host:port/database or sqlite:path; in the user name and the password, ' +
        'characters other than letters and digits are percent-encoded (% is %25, @ is %40, # is %23, / is %2F)',
    );
  return url;
}

function tlsOf(parameters: URLSearchParams, host: string): MysqlTls | null {
  const { ssl = 'false', 'ssl-ca': ca, ...unknown } = Object.fromEntries(parameters);
  const isRepeated = new Set(parameters.keys()).size < parameters.size;
  const isKnown = Object.keys(unknown).length === 0 && ['true', 'false'].includes(ssl);
  if (isRepeated || !isKnown || (ca !== undefined && ssl === 'false'))
    throw new MysqlUrlRefused('understands no parameters but ssl=true and, with it, ssl-ca=FILE, each once');
  if (ssl === 'false') return null;
  if (isIP(host) !== 0 && !isLoopbackHost(host))
    throw new MysqlUrlRefused('expects a host name with ssl=true: the certificate is checked against it');
  const verifyIdentity = !isLoopbackHost(host);
  return { rejectUnauthorized: true, verifyIdentity, ...(ca !== undefined && { ca: authorityIn(ca) }) };
}

/** Host names and addresses that stay on this machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export const isLoopbackHost = (host: string) =>
  host.toLowerCase() === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function authorityIn(path: string): string {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new MysqlUrlRefused(
      `names a file by ssl-ca that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown cause'})`,
    );
  }
  if (!isCertificate(pem))
    throw new MysqlUrlRefused('names a file by ssl-ca that holds no certificate (PEM)');
  return pem;
}

/** Whether a text begins with a certificate that OpenSSL can read. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MysqlUrlRefused(`has a % in the ${part} that encodes nothing; write %25 for a % itself`);
  }
}
