import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { TLSSocket } from 'node:tls';

/**
 * Axios' way out (its `transport`) for one request, which knows how far it came: before its connection stands, TLS
 * included, not a byte of a request has left.
 */
export class WatchedRequest {
  /** Whether the other side may have seen some of it. */
  sent = false;

  /** @param onSecured told of each new connection whose certificate holds */
  constructor(private readonly onSecured: (socket: TLSSocket, host: string) => void = () => undefined) {}

  readonly request = (
    options: RequestOptions,
    onResponse: (response: IncomingMessage) => void,
  ): ClientRequest => {
    const request = (options.protocol === 'https:' ? https : http).request(options, onResponse);
    request.once('socket', (socket) => {
      if (request.reusedSocket) this.sent = true;
      else if (socket instanceof TLSSocket) {
        socket.once('secureConnect', () => {
          this.sent = true;
          this.onSecured(socket, request.host);
        });
      } else socket.once('connect', () => (this.sent = true));
    });
    return request;
  };
}
