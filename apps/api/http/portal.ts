import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { NotFound } from '@cutover/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AllowedMethods, refuseWrongMethod } from './allowed-methods';
import { contentSecurityPolicy } from './security-headers';

/** Beside the API's own artefact: `dist/apps/api` and `dist/apps/portal/browser`. */
export const PORTAL_ROOT = join(__dirname, '../portal/browser');

/** What the page is told about this installation. */
export interface PortalSettings {
  publicUrl: string;
  organisationName: string;
  /** Seconds without use after which a session ends: the page says so a minute ahead. */
  idleTimeout: number;
}

/** Paths that are never a page of the portal. */
const SERVICE_PATHS = /^\/(api|health|metrics)(\/|$)/;
/** A name with an ending, or in a hidden folder: no address of a page. */
const FILE = /\.[^/]*$|\/\./;

/**
 * Serves the built portal from the API's origin: files as they are, and the page for every address that a person
 * may have bookmarked.
 *
 * @returns false when no portal was built; the API then serves itself only
 */
export async function registerPortal(
  instance: FastifyInstance,
  settings: PortalSettings,
  methods: AllowedMethods,
  root = PORTAL_ROOT,
): Promise<boolean> {
  const index = join(root, 'index.html');
  if (!existsSync(index)) return false;
  const organisation = escapeHtml(settings.organisationName);
  const template = readFileSync(index, 'utf8')
    .replaceAll('ORGANISATION_NAME', () => organisation)
    .replaceAll('SESSION_IDLE_TIMEOUT', String(settings.idleTimeout));

  const page = (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    refuseWrongMethod(methods, request, reply);
    if (SERVICE_PATHS.test(path) || FILE.test(path)) throw new NotFound();
    const nonce = randomBytes(16).toString('hex'); // for the styles that Angular makes at run time
    return reply
      .header('Cache-Control', 'no-store')
      .header('Content-Security-Policy', contentSecurityPolicy(settings, nonce))
      .type('text/html; charset=utf-8')
      .send(
        template
          .replaceAll('CSP_NONCE', nonce)
          .replace('SESSION_COOKIE', surelyWithoutSession(request) ? 'absent' : 'unknown'),
      );
  };

  await instance.register(fastifyStatic, {
    root,
    wildcard: false,
    index: false,
    globIgnore: ['**/index.html', '**/*.{br,gz}'],
    preCompressed: true,
    setHeaders: (reply, path) => {
      // Angular puts a hash of the content into these names; whatever else is asked for again.
      const hashed = /-[\w-]{8}\.(js|css|woff2)(\.br|\.gz)?$/.test(path);
      reply.header('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  instance.get('/', page);
  instance.get('/*', page);
  return true;
}

/**
 * Whether the page's first question, `POST /api/auth/refresh`, could only be refused: no session cookie, on a request
 * that would have brought it. A link from another site brings no SameSite=Strict cookie and proves nothing.
 */
function surelyWithoutSession({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return (site === 'none' || site === 'same-origin') && !headers.cookie?.includes('cutover_session=');
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
