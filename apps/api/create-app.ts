import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '@cutover/config';
import { ValidationFailed } from '@cutover/contracts';
import {
  ApplicationLogger,
  AuditSealingJob,
  clientAddress,
  inRequest,
  logRequests,
  nameTracedRequest,
  traceIdOf,
} from '@cutover/operations';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';

import { AppModule } from './app.module';
import { AllowedMethods, refuseWrongMethod } from './http/allowed-methods';
import { serveOpenApi } from './http/openapi';
import { endOrderly } from './http/orderly-shutdown';
import { PORTAL_ROOT, registerPortal } from './http/portal';
import { ProblemFilter } from './http/problem.filter';
import { requireSecureTransport } from './http/secure-transport';
import { registerSecurityHeaders, securityHeaders } from './http/security-headers';
import { answerUnreadable } from './http/unreadable-request';
import { RefreshesInHand } from './refreshes-in-hand';

/** Bytes. The largest body that anybody sends is a change of the rollout with a thousand names. */
const BODY_LIMIT = 256 * 1024;

/** Milliseconds for a request to arrive in full, and for its headers: nobody holds a connection open by trickling. */
const REQUEST_TIMEOUT = 10_000;
const HEADERS_TIMEOUT = 5000;
/** Milliseconds between two looks for those that are late; Node's own are 30 s. */
const TIMEOUT_CHECKS = 1000;

/** The API, ready to listen: modules, the HTTP edge around them, and the portal. */
export async function createApp(
  settings: Settings,
  portalRoot = PORTAL_ROOT,
): Promise<NestFastifyApplication> {
  const problems = new ProblemFilter();
  const headers = securityHeaders(settings.http);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    http: { headersTimeout: HEADERS_TIMEOUT, connectionsCheckingInterval: TIMEOUT_CHECKS },
    clientErrorHandler: answerUnreadable(headers),
    trustProxy: settings.http.trustProxy.length > 0 ? settings.http.trustProxy : false,
    genReqId: (request: IncomingMessage) =>
      acceptedRequestId(request.headers['x-request-id']) ??
      traceIdOf(request.headers['traceparent']) ??
      randomUUID(),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      problems.answer(error, request, reply.headers(headers)); // it passes no hook
    },
  });
  const instance = adapter.getInstance() as unknown as FastifyInstance;
  const methods = new AllowedMethods(instance);

  // bodyParser: false leaves Fastify's own JSON parser; NestJS would add one for forms, which no route reads.
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(settings), adapter, {
    logger: false, // until the settings say where to; what fails before is thrown, and said by main.ts
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(ApplicationLogger));
  app.useGlobalPipes(
    new StandardSchemaValidationPipe({ exceptionFactory: (issues) => ValidationFailed.fromIssues(issues) }),
  );
  app.useGlobalFilters(problems);

  instance.removeContentTypeParser('text/plain');
  instance.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-Id', String(request.id));
    nameTracedRequest(request.method, request.routeOptions.url ?? '(no route)');
    inRequest({ requestId: String(request.id), address: clientAddress(request.ip) }, done);
  });
  logRequests(instance, PinoLogger.root);
  registerSecurityHeaders(instance, settings.http);
  requireSecureTransport(instance, settings.http);
  endOrderly(instance, async (limit) => {
    const endsAt = performance.now() + limit;
    await app.get(RefreshesInHand).finish(limit);
    await app.get(AuditSealingJob, { strict: false }).finish(Math.max(0, endsAt - performance.now()));
  });
  await instance.register(fastifyCookie);
  if (settings.http.apiDocs) serveOpenApi(app);
  const { organisationName, publicUrl } = settings.http;
  const { idleTimeout } = settings.session;
  await registerPortal(instance, { publicUrl, organisationName, idleTimeout }, methods, portalRoot);
  instance.addHook('preHandler', async (request, reply) => {
    if (request.is404) refuseWrongMethod(methods, request, reply);
  });
  return app;
}

/** A caller's id is kept, so that its logs and ours can be read together; anything that could forge a log line is not. */
function acceptedRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.-]{8,64}$/.test(header) ? header : undefined;
}
