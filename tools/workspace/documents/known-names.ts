import type { Command } from 'commander';
import { collectDefaultMetrics, type MetricObject, Registry } from 'prom-client';
import { FILES, read, source } from './workspace';

/** Names in documents that libs/config does not define. */
const NAMES_OF_OTHERS = [
  'AUTH_API_PORT', // the stand-in's
  'AUTH_API_TLS_CERT',
  'AUTH_API_TLS_KEY',
  'AUTH_API_TOKEN_LIFETIME',
  'CHROMIUM_PATH', // the browser tests'
  'CSP_NONCE', // the portal's page
  'SESSION_COOKIE',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'RELEASE_SIGNING_KEY_PATH',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'SSLKEYLOGFILE',
  'TEST_DATABASE_URL',
  'CURRENT_TIMESTAMP',
];

const SOURCES = FILES.filter(
  (path) =>
    /^(apps|libs|migrations|tools)\//.test(path) &&
    /\.(m?ts|mjs|cjs)$/.test(path) &&
    !path.includes('.spec.'),
)
  .map(read)
  .join('\n');
const WORDS = new Set(SOURCES.match(/\w+/g));

/** Whether a source that is no test has this word. */
export const isWord = (word: string) => WORDS.has(word);
export const inSources = (text: string) => SOURCES.includes(text);

const { environment } = source<{ environment: { shape: object } }>('libs/config/environment');
/** What the compose files take images by. */
const DIGESTS = read('docker/.env.example').match(/^[A-Z]+_DIGEST(?==)/gm) ?? [];
const { SECRET_NAMES, fileSettingOf } = source<{
  SECRET_NAMES: string[];
  fileSettingOf: (name: string) => string;
}>('libs/config/secrets/secret-settings');
export const SETTINGS = new Set([
  ...Object.keys(environment.shape),
  ...SECRET_NAMES.map(fileSettingOf),
  ...NAMES_OF_OTHERS,
  ...DIGESTS,
]);

const { Metrics } = source<{ Metrics: new () => { registry: { getMetricsAsArray(): MetricObject[] } } }>(
  'libs/operations/metrics/metrics',
);
/** `nodejs_…` and `process_…`. */
const ofNode = new Registry();
collectDefaultMetrics({ register: ofNode });

/** Labels by metric. A histogram's series count as its own. */
export const METRICS = new Map(
  [new Metrics().registry, ofNode].flatMap((registry) =>
    (registry.getMetricsAsArray() as (MetricObject & { labelNames?: string[] })[]).flatMap(
      ({ name, labelNames = [] }) =>
        ['', '_bucket', '_sum', '_count'].map((end) => [`${name}${end}`, [...labelNames, 'le']] as const),
    ),
  ),
);

const { program } = source<{ program(options: { explainsMisuse: boolean }): Command }>('apps/cli/program');
export const CUTOVER = program({ explainsMisuse: false });

export const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

const { paths } = JSON.parse(read('openapi.json')) as { paths: Record<string, object> };
export const ROUTES = new Map(Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods)]));
