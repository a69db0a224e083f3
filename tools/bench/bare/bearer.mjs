import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

// The bare limit of an authenticated request: node:http and jose.jwtVerify, nothing kept from one request to the next.
const secret = await crypto.subtle.importKey(
  'raw',
  new TextEncoder().encode(process.env['LOCAL_JWT_SECRET']),
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['verify'],
);
const jwks = createRemoteJWKSet(new URL(String(process.env['JWKS_URL'])));

createServer(async (request, response) => {
  const token = request.headers.authorization?.slice('Bearer '.length);
  if (request.url === '/') return response.end();
  try {
    const { payload } = await (request.url === '/local'
      ? jwtVerify(String(token), secret, { algorithms: ['HS256'] })
      : jwtVerify(String(token), jwks, { algorithms: ['RS256'], audience: 'api://cutover' }));
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(
      JSON.stringify({ id: 1, username: payload.sub, name: payload['name'], email: null, role: 'user' }),
    );
  } catch {
    return response.writeHead(401).end();
  }
}).listen(Number(process.env['PORT']), '127.0.0.1');
