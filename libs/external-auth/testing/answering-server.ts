import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answering {
  url: string;
  /** Paths that were asked for, in order. */
  requests: string[];
  /** TCP connections accepted. */
  connections(): number;
  close(): Promise<void>;
}

/** A server on loopback that answers every request in one way, for what the stand-in is too well behaved to do. */
export async function answerWith(answer: RequestListener): Promise<Answering> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response);
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
