import { readFileSync } from 'node:fs';
import type { ConfigurationFault } from './configuration-error';
import { isCertificate } from './mysql-address';
import type { Variables } from './secrets/secret-files';

/** Options of Node.js (https://nodejs.org/api/cli.html) that undo what the settings promise; each covers what begins like it. */
const UNSAFE_OPTIONS: [RegExp, string][] = [
  [/^--inspect/, 'opens a debugger, which can read every secret'],
  [/^--tls-keylog/, 'writes the keys of TLS sessions to a file'],
  [/^--trace-tls/, 'writes what TLS connections carry to the output'],
  [/^--tls-min-v1\.[01]$/, 'allows versions of TLS that are broken (RFC 8996)'],
  [/^--tls-max-v1\.2$/, 'forbids TLS 1.3'],
  [/^--tls-cipher-list/, 'replaces the ciphers of TLS'],
  [/^--(insecure-http-parser|security-revert)/, 'takes back a protection of Node.js'],
  [/^--heap(snapshot|-prof)/, 'writes the memory, and every secret in it, to a file'],
];

/** What the runtime was told that makes a safe configuration unsafe. */
export function runtimeFaults(variables: Variables): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  if (![undefined, '', '1'].includes(variables['NODE_TLS_REJECT_UNAUTHORIZED']))
    faults.push({
      name: 'NODE_TLS_REJECT_UNAUTHORIZED',
      problem:
        'must not be set: certificates are verified; NODE_EXTRA_CA_CERTS adds an authority of your own',
    });
  if (variables['SSLKEYLOGFILE'])
    faults.push({
      name: 'SSLKEYLOGFILE',
      problem: 'must not be set: it asks for the keys of TLS sessions in a file',
    });
  const authorities = variables['NODE_EXTRA_CA_CERTS'];
  if (authorities && !isCertificate(textOf(authorities)))
    faults.push({
      name: 'NODE_EXTRA_CA_CERTS',
      problem:
        'names no file with certificates (PEM) that this account may read; Node.js would go on without them',
    });
  return [...faults, ...optionFaults('NODE_OPTIONS', variables['NODE_OPTIONS'] ?? '')];
}

/** @param name of what holds the options; Node.js takes `_` for `-` in them, and quotes */
export function optionFaults(name: string, options: string): ConfigurationFault[] {
  return options
    .split(/\s+/)
    .map((option) => option.replaceAll(/["'\\]/g, '').replaceAll('_', '-'))
    .flatMap((option) => UNSAFE_OPTIONS.filter(([pattern]) => pattern.test(option)))
    .map(([pattern, consequence]) => ({
      name,
      problem: `holds an option (${pattern.source.replaceAll(/[\\^$]/g, '')}) that ${consequence}`,
    }));
}

/** Empty where it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
