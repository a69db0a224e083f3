import { startServer } from '../server';
import type { StandInSettings } from '../settings';

export const GRACE = { username: 'grace', password: 'Nanosecond-Wire-1952' };

export interface TokenBody {
  access_token: string;
  id_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
  user: { id: string; name: string; email: string };
}

/** A stand-in in this process, reached over real HTTP. */
export async function standInUnderTest(settings: Partial<StandInSettings> = {}) {
  const { server, standIn } = await startServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    tokenLifetime: 3600,
    ...settings,
  });
  const url = standIn.baseUrl;
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
  return {
    url,
    standIn,
    get: (path: string, bearer?: string) =>
      send('GET', path, undefined, bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    post: (path: string, body?: unknown) => send('POST', path, body),
    put: (path: string, body: unknown) => send('PUT', path, body),
    delete: (path: string) => send('DELETE', path),
    /** Signs Grace in. */
    signIn: async (credentials = GRACE) =>
      (await (await send('POST', '/api/auth/login', credentials)).json()) as TokenBody,
    close: () => server.close(),
  };
}

export type StandInUnderTest = Awaited<ReturnType<typeof standInUnderTest>>;
