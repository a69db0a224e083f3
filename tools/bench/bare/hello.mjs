import { createServer } from 'node:http';

// The bare limit of a start: a server that does nothing.
createServer((_request, response) => response.end()).listen(Number(process.env['PORT']), '127.0.0.1');
