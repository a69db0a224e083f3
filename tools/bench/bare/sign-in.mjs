import { Agent, createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import axios from 'axios';

// The bare limit of an external sign-in: node:http and axios with keep-alive, which pass it on and keep nothing.
const upstream = axios.create({
  baseURL: String(process.env['UPSTREAM']),
  httpAgent: new Agent({ keepAlive: true }),
});

createServer(async (request, response) => {
  if (request.method === 'GET') return response.end();
  const { data } = await upstream.post('/api/auth/login', await json(request));
  response.writeHead(200, { 'content-type': 'application/json' });
  return response.end(
    JSON.stringify({ accessToken: data.access_token, expiresIn: data.expires_in, user: data.user }),
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');
