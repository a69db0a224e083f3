import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { Grants } from './grants.mjs';

// An external API that costs next to nothing: tokens are signed before they are asked for, and the one thing that it
// takes its time for is LATENCY (milliseconds).
const port = Number(process.env['PORT']);
const grants = new Grants(`http://127.0.0.1:${port}`);
let latency = Number(process.env['LATENCY']);
/** Calls of refresh since the last reset: how many, and when the first and the last one came (epoch milliseconds). */
let refreshes = { count: 0, first: 0, last: 0 };

/** @type {Record<string, (body: any) => unknown>} any: only the bench asks, each route with a body of its own */
const routes = {
  'GET /': () => ({}),
  'GET /.well-known/jwks.json': () => grants.jwks,
  'POST /api/auth/login': async ({ username }) => {
    await pause(latency);
    return grants.next(Number(/\d+/.exec(username)?.[0]));
  },
  'POST /api/auth/refresh': async ({ refresh_token }) => {
    const now = Date.now();
    refreshes = { count: refreshes.count + 1, first: refreshes.first || now, last: now };
    await pause(latency);
    return grants.refreshed(refresh_token);
  },
  'GET /bench': () => refreshes,
  'PUT /bench/latency': (body) => {
    latency = body.latency;
    refreshes = { count: 0, first: 0, last: 0 };
    return {};
  },
  'POST /bench/sign': async ({ people, rounds }) => {
    await grants.signAhead(people, rounds);
    return {};
  },
};

const server = createServer(async (request, response) => {
  const route = routes[`${request.method} ${request.url}`];
  const body = request.method === 'GET' ? request.resume() && {} : await json(request);
  const answer = await route?.(body);
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer ?? {}));
});
server.keepAliveTimeout = 0; // while one side is measured, the other's connections wait
server.listen(port, '127.0.0.1');
