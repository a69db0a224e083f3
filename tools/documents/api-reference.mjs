import { readFileSync } from 'node:fs';
import { inWorkspace } from '../paths.mjs';
import { COMMON, ROUTE_CODES, WITH_BEARER, WITH_BODY } from './route-codes.mjs';

export const API_REFERENCE = inWorkspace('docs', 'api.md');

const TITLES = { auth: 'Signing in', admin: 'Administration', health: 'Health and metrics' };

/**
 * docs/api.md, from the OpenAPI document.
 *
 * @param {any} document any, here and below: a part of an OpenAPI document, whose types outweigh this file
 */
export function apiReference(document) {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(/** @type {Record<string, any>} */ (methods)).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
  const sections = Object.entries(TITLES).map(([tag, title]) => {
    const own = routes.filter(({ operation }) => operation.tags.includes(tag));
    return [`## ${title}`, '', overview(own), '', ...own.flatMap(described)].join('\n');
  });
  return `${INTRODUCTION}\n\n${sections.join('\n')}\n${codes()}`;
}

const INTRODUCTION = `# API reference

Made from \`openapi.json\` by \`npm run openapi\`; do not edit. With \`API_DOCS=on\` the API serves the same
document at \`/api/docs-json\`, and a page to try it at \`/api/docs\`.

- **Bodies** are JSON. Unknown fields, wrong types and malformed JSON are \`validation_failed\`.
- **Errors** are \`application/problem+json\` (RFC 9457): \`{type, title, status, detail, instance, code, requestId}\`, and
  \`retryAfter\` in seconds where waiting helps. Decide on \`code\`; \`detail\` is for people. What each code means, and what to
  do: [troubleshooting](troubleshooting.md).
- **Bearer** means \`Authorization: Bearer <accessToken>\`. **Cookie** means the session cookie that a sign-in sets:
  \`__Host-cutover_session\` on https, \`cutover_session\` on a loopback host over http.
- **Same site**: refused with \`forbidden\` when \`Origin\` differs from \`PUBLIC_URL\`, or \`Sec-Fetch-Site\` is neither
  \`same-origin\` nor \`none\`. There is no CORS.
- **Lists** are \`{items, nextCursor}\`. Pass \`nextCursor\` as \`?cursor=\` for the next page; \`null\` ends it.`;

const SAME_SITE = new Set([
  'POST /api/auth/login',
  'POST /api/auth/refresh',
  'POST /api/auth/logout',
  'POST /api/auth/trouble',
  'POST /api/auth/reset',
  'DELETE /api/auth/sessions',
  'DELETE /api/auth/sessions/{id}',
]);

/** @param {{ name: string, path: string, operation: any }} route */
function callers({ name, path, operation }) {
  if (path === '/metrics') return 'bearer `METRICS_TOKEN`, or loopback';
  if (path.startsWith('/api/admin')) return 'role `admin` (bearer, with a session)';
  const site = SAME_SITE.has(name) ? ', same site' : '';
  if (path.startsWith('/api/auth/sessions')) return `signed in (bearer, with a session)${site}`;
  if (operation.security) return 'signed in (bearer)';
  return /refresh|logout/.test(path) ? `cookie${site}` : `anybody${site}`;
}

/** @param {{ name: string, path: string, operation: any }[]} routes */
const overview = (routes) =>
  [
    '| route | who may call | what it does |',
    '| --- | --- | --- |',
    ...routes.map((route) => `| \`${route.name}\` | ${callers(route)} | ${route.operation.summary} |`),
  ].join('\n');

/** @param {{ name: string, path: string, operation: any }} route @returns {string[]} */
function described({ name, operation }) {
  const lines = [`### ${name}`, '', operation.summary, ''];
  const parameters = operation.parameters ?? [];
  if (parameters.length > 0) {
    lines.push('| parameter | in | type | needed |', '| --- | --- | --- | --- |');
    for (const { name, in: place, schema, required } of parameters) {
      lines.push(`| \`${name}\` | ${place} | ${typeOf(schema)} | ${required ? 'yes' : 'no'} |`);
    }
    lines.push('');
  }
  const asked = operation.requestBody?.content['application/json'].schema;
  if (asked) lines.push('Body:', '', ...fieldsOf(asked), '');
  for (const [status, { content, description, headers }] of Object.entries(
    /** @type {any} */ (operation.responses),
  )) {
    if (status === 'default' || Number(status) >= 400) continue;
    const answer = content?.['application/json']?.schema;
    const notes = [description, ...Object.keys(headers ?? {}).map((header) => `header \`${header}\``)].filter(
      Boolean,
    );
    const said = [`Answers ${status}`, ...(notes.length > 0 ? [notes.join(', ')] : [])].join(': ');
    lines.push(answer ? `${said.replace(/\.$/, '')}:` : `${said.replace(/\.$/, '')}.`, '');
    if (answer) lines.push(...fieldsOf(answer), '');
  }
  const specific = ROUTE_CODES[name] ?? [];
  if (specific.length > 0)
    lines.push(`Codes of its own: ${specific.map((code) => `\`${code}\``).join(', ')}.`, '');
  return lines;
}

/** One row a field, nested ones by their path; what a list holds as `items[]`. @param {any} schema @returns {string[]} */
function fieldsOf(schema) {
  return ['| field | type | always there |', '| --- | --- | --- |', ...rowsOf(schema, '')];
}

/** @param {any} schema @param {string} prefix @returns {string[]} */
function rowsOf(schema, prefix) {
  const needed = new Set(schema.required ?? []);
  return Object.entries(/** @type {Record<string, any>} */ (schema.properties ?? {})).flatMap(
    ([name, field]) => {
      const path = `${prefix}${name}`;
      const row = `| \`${path}\` | ${typeOf(field)} | ${needed.has(name) ? 'yes' : 'no'} |`;
      const object = [field, ...(field.anyOf ?? [])].find(({ properties }) => properties);
      if (object) return [row, ...rowsOf(object, `${path}.`)];
      if (field.items?.properties) return [row, ...rowsOf(field.items, `${path}[].`)];
      return [row];
    },
  );
}

/** @param {any} schema @returns {string} */
function typeOf(schema) {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.map((/** @type {unknown} */ value) => `\`${value}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  const types = [schema.type ?? 'anything'].flat().filter((type) => type !== 'null');
  const nullable = [schema.type].flat().includes('null') ? ', or null' : '';
  return `${types.join(' or ')}${limitsOf(schema)}${nullable}`;
}

/** @param {any} schema */
function limitsOf({ type, format, minLength, maxLength, minimum, exclusiveMinimum, maximum }) {
  const safe = (/** @type {number | undefined} */ limit) =>
    typeof limit === 'number' && Math.abs(limit) < 2 ** 53 - 1;
  const least = safe(minimum) ? `${exclusiveMinimum === true ? 'more than' : 'from'} ${minimum}` : null;
  const limits = [
    format === 'date-time' ? 'RFC 3339, UTC' : format,
    minLength && `at least ${minLength} characters`,
    maxLength && `at most ${maxLength} characters`,
    least,
    safe(maximum) && [type].flat().includes('integer') ? `to ${maximum}` : null,
  ].filter(Boolean);
  return limits.length > 0 ? ` (${limits.join(', ')})` : '';
}

function codes() {
  const source = readFileSync(inWorkspace('libs', 'contracts', 'problem.ts'), 'utf8');
  const statuses = Object.fromEntries(
    [...source.matchAll(/^ {2}(\w+): \{\s*status: (\d+)/gm)].map(([, ...pair]) => pair),
  );
  const kinds = [
    ['every route', COMMON],
    ['routes that read a body', WITH_BODY],
    ['routes that ask for a bearer', WITH_BEARER],
    ['those of role `admin`, and those that need a session', ['forbidden']],
    ['an address that no route has', ['not_found']],
  ];
  return [
    '## Codes',
    '',
    '| where | codes |',
    '| --- | --- |',
    ...kinds.map(
      ([where, names]) =>
        `| ${where} | ${[names]
          .flat()
          .map((name) => `\`${name}\``)
          .join(', ')} |`,
    ),
    '',
    '| code | status |',
    '| --- | --- |',
    ...Object.entries(statuses).map(
      ([code, status]) => `| [\`${code}\`](troubleshooting.md#${code}-${status}) | ${status} |`,
    ),
    '',
  ].join('\n');
}
