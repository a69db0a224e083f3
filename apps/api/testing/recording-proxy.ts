import { request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Answering, answerWith } from '@cutover/external-auth/testing';

const TOKENS = ['access_token', 'refresh_token', 'id_token'] as const;

export interface RecordingProxy extends Answering {
  /** Every token that came by. */
  tokens: Set<string>;
}

/** Stands between the API and the external one, and knows afterwards what was handed out: what nobody else may. */
export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const tokens = new Set<string>();
  const server = await answerWith((request, response) => {
    const options = { method: request.method, headers: request.headers };
    const forwarded = send(target + (request.url ?? ''), options, (answer) => {
      text(answer).then(
        (body) => {
          record(body);
          // The length is that of the body as it came, which may have been announced wrongly on purpose.
          const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
          response.writeHead(answer.statusCode ?? 502, headers);
          response.end(body);
        },
        () => request.socket.destroy(),
      );
    });
    forwarded.on('error', () => request.socket.destroy());
    request.pipe(forwarded);
  });

  function record(body: string): void {
    if (!body.startsWith('{')) return;
    const answer = JSON.parse(body) as Partial<Record<(typeof TOKENS)[number], string>>;
    for (const name of TOKENS) if (answer[name] !== undefined) tokens.add(answer[name]);
  }

  return Object.assign(server, { tokens });
}
