import { STAND_IN_TENANT_ID } from '@cutover/contracts';
import type { ConfigurationFault } from './configuration-error';
import type { Environment } from './environment';
import { isLoopbackHost, mysqlAddressOf } from './mysql-address';
import { proxyFaults } from './proxy-networks';
import { runtimeFaults } from './runtime-faults';
import type { DatabaseSettings } from './settings';
import { permissionsOf, type Variables } from './secrets/secret-files';
import { secretFaults } from './secrets/secret-faults';

/** What must be there, and must not be a machine of its own, where real people sign in. */
export function productionFaults(env: Environment): ConfigurationFault[] {
  const urls = {
    PUBLIC_URL: env.PUBLIC_URL,
    EXTERNAL_AUTH_API_URL: env.EXTERNAL_AUTH_API_URL,
    EXTERNAL_AUTH_JWKS_URL: env.EXTERNAL_AUTH_JWKS_URL,
    EXTERNAL_AUTH_TOKEN_URL: env.EXTERNAL_AUTH_TOKEN_URL,
  };
  const faults = Object.entries(urls)
    .filter(([, url]) => url?.startsWith('http:'))
    .map(([name]) => ({ name, problem: 'must be https in production' }));
  const needed = {
    PUBLIC_URL: env.PUBLIC_URL,
    LOCAL_JWT_SECRET: env.LOCAL_JWT_SECRET,
    TOKEN_ENCRYPTION_KEYS: env.TOKEN_ENCRYPTION_KEYS,
    AUDIT_KEYS: env.AUDIT_KEYS,
  };
  for (const [name, value] of Object.entries(needed)) {
    if (value === undefined) faults.push({ name, problem: 'must be set in production' });
  }
  if (env.EXTERNAL_AUTH_TENANT_ID === STAND_IN_TENANT_ID) {
    faults.push({
      name: 'EXTERNAL_AUTH_TENANT_ID',
      problem: 'names the development stand-in, which production refuses',
    });
  }
  return faults;
}

/** What is not safe: production refuses it, and a developer is told. */
export function unsafeSettings(env: Environment, variables: Variables): ConfigurationFault[] {
  return [
    ...secretFaults(variables),
    ...proxyFaults(env.TRUST_PROXY),
    ...databaseFaults(env),
    ...runtimeFaults(variables),
  ];
}

/** It may hold secrets, and decides where passwords go. */
export function localFileFaults(file: string | undefined): ConfigurationFault[] {
  const permissions = file === undefined ? null : permissionsOf(file);
  if (file === undefined || !permissions?.openToAll) return [];
  return [
    { name: file, problem: `is open to everybody on this machine (mode ${permissions.mode}); chmod 600 it` },
  ];
}

function databaseFaults(env: Environment): ConfigurationFault[] {
  if (!sendsInClear(env.DATABASE_URL) || env.DATABASE_ALLOW_PLAINTEXT) return [];
  const problem =
    'sends the password and all data to another host in clear; add ?ssl=true, or set DATABASE_ALLOW_PLAINTEXT=true ' +
    'where the network between the two is nobody else’s';
  return [{ name: 'DATABASE_URL', problem }];
}

/** What was chosen knowingly, and is said at each start. */
export function exceptions(env: Environment): ConfigurationFault[] {
  if (!sendsInClear(env.DATABASE_URL) || !env.DATABASE_ALLOW_PLAINTEXT) return [];
  const problem =
    'is true: the database is on another host, and its password and all data cross the network in clear';
  return [{ name: 'DATABASE_ALLOW_PLAINTEXT', problem }];
}

/** Whether a database is on another host and reached without TLS. */
export function sendsInClear(connection: DatabaseSettings['connection']): boolean {
  if (connection.engine === 'sqlite') return false;
  const { host, ssl } = mysqlAddressOf(connection.url);
  return ssl === undefined && !isLoopbackHost(host);
}
