import { readFileSync } from 'node:fs';
import { ConfigurationError } from '@cutover/config';

export interface MysqlAddress {
  host: string;
  port: number;
  username: string;
  password: string;
  database: string;
  ssl?: { rejectUnauthorized: true; ca?: string };
}

const DEFAULT_PORT = 3306;

/**
 * What a `mysql://` URL says. `?ssl=true` asks for TLS with a certificate that is verified, `&ssl-ca=FILE` names whose;
 * any other parameter is refused: one that was silently left out could mean a password in clear.
 *
 * @throws ConfigurationError
 */
export function mysqlAddressOf(url: string): MysqlAddress {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const { ssl = 'false', 'ssl-ca': ca, ...unknown } = Object.fromEntries(searchParams);
  const [other] = Object.keys(unknown);
  if (other !== undefined || !['true', 'false'].includes(ssl) || (ca !== undefined && ssl === 'false'))
    throw new ConfigurationError([
      { name: 'DATABASE_URL', problem: 'understands no parameters but ssl=true and, with it, ssl-ca=FILE' },
    ]);
  return {
    host: hostname,
    port: port === '' ? DEFAULT_PORT : Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(ssl === 'true' && { ssl: { rejectUnauthorized: true, ...(ca && { ca: readFileSync(ca, 'utf8') }) } }),
  };
}
