import { readFileSync } from 'node:fs';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import { controlRoutes } from './control/control-routes';
import { faultHooks } from './control/fault-hooks';
import { BearerRefused, Refusal } from './refusals/refusal';
import { discoveryRoutes } from './routes/discovery';
import { loginRoute } from './routes/login';
import { logoutRoute } from './routes/logout';
import { refreshRoute } from './routes/refresh';
import { userInfoRoute } from './routes/user-info';
import { validateRoute } from './routes/validate';
import type { StandInSettings } from './settings';
import { StandIn } from './stand-in';

/** Starts the stand-in; its URL is `standIn.baseUrl`. */
export async function startServer(
  settings: StandInSettings,
): Promise<{ server: FastifyInstance; standIn: StandIn }> {
  const standIn = await StandIn.create(settings.tokenLifetime);
  const server = createServer(settings);

  server.addHook('onRequest', async (_request, reply) => {
    reply.raw.setHeader('x-cutover-stand-in', 'true'); // on the raw answer, so that hijacked ones bear it too
  });
  server.setErrorHandler(sendError);
  faultHooks(server, standIn);
  for (const route of [loginRoute, refreshRoute, validateRoute, userInfoRoute, logoutRoute]) {
    route(server, standIn);
  }
  discoveryRoutes(server, standIn);
  controlRoutes(server, standIn);

  standIn.baseUrl = await server.listen({ host: settings.host, port: settings.port });
  return { server, standIn };
}

function createServer({ tls }: StandInSettings): FastifyInstance {
  const options = { forceCloseConnections: true, exposeHeadRoutes: false };
  if (tls === null) return fastify(options);
  const https = { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  return fastify({ ...options, https }) as unknown as FastifyInstance; // differs by the raw server's type only
}

function sendError(
  error: FastifyError | Error,
  _request: unknown,
  reply: Parameters<Parameters<FastifyInstance['setErrorHandler']>[0]>[2],
) {
  if (error instanceof Refusal) return reply.code(error.status).send(error.body());
  if (error instanceof BearerRefused) {
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer error="invalid_token"')
      .send({ active: false, error: 'invalid_token' });
  }
  if (error instanceof ZodError)
    return reply.code(400).send({ error: 'invalid_request', issues: error.issues });
  const status = ('statusCode' in error && error.statusCode) || 500;
  return reply
    .code(status)
    .send({ error: status < 500 ? 'invalid_request' : 'server_error', error_description: error.message });
}
