import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { answerWith } from '@cutover/external-auth/testing';

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string } }[];
}

/** What an OTLP collector is sent over HTTP, as JSON. */
export async function otlpCollector() {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = await answerWith((request, response) => {
    headers.push(request.headers);
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const spans = () =>
    bodies.flatMap((body) =>
      (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap(
        ({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  return Object.assign(server, { bodies, headers, spans });
}
