import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const WORKSPACE = join(__dirname, '../..');
export const at = (...parts: string[]) => join(WORKSPACE, ...parts);
export const read = (path: string) => readFileSync(at(path), 'utf8');
export const lines = (path: string) => read(path).split('\n');

export interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string; args: Record<string, string> };
  command?: string[];
  entrypoint?: string[];
  env_file?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  networks?: string[] | Record<string, { ipv4_address?: string }>;
  depends_on?: string[] | Record<string, unknown>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
}
export interface Compose {
  name?: string;
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
  networks: Record<string, unknown>;
}

export const composeOf = (path: string) => parse(read(path), { merge: true }) as Compose;
export const compose = composeOf('docker/compose.yaml');
export const attempt = composeOf('docker/compose.try.yaml');
export const servicesOf = ({ services }: Compose) => Object.entries(services);

const { SECRET_NAMES, fileSettingOf } =
  jest.requireActual<typeof import('@cutover/config')>('@cutover/config');

export const settings = new Set<string | undefined>([
  ...[...read('libs/config/environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name),
  ...SECRET_NAMES.map(fileSettingOf),
]);
/** Read by Node.js itself, and by the stand-in alone. */
export const OTHER = new Set([
  'NODE_EXTRA_CA_CERTS',
  'AUTH_API_PORT',
  'AUTH_API_TLS_CERT',
  'AUTH_API_TLS_KEY',
]);
/** Read by compose.yaml. */
export const PORTS = ['HTTPS_PORT', 'HTTP_PORT', 'GRAFANA_PORT'];
export const DIGESTS = ['NODE_DIGEST', 'MYSQL_DIGEST', 'NGINX_DIGEST', 'PROMETHEUS_DIGEST', 'GRAFANA_DIGEST'];

export const assigned = (text: string) =>
  [...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name);
export const unknownTo = (names: string[], ...known: Iterable<string | undefined>[]) =>
  names.filter((name) => !known.some((set) => [...set].includes(name)));

/** Of `ENV A=1 B=2` and `Environment=A=1 B=2`. */
export function assignedBy(text: string[]): string[] {
  return text
    .flatMap((line) => /^(?:ENV |Environment=)(.+)$/.exec(line)?.[1]?.split(' ') ?? [])
    .map((pair) => pair.split('=', 1)[0] ?? '');
}
