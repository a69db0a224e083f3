import type { Problem, ProblemCode, Session, User } from '@cutover/contracts';

/** What the API answers, for tests. */
export const ADA: User = {
  id: 1,
  username: 'ada',
  name: 'Ada Lovelace',
  email: 'ada@contoso.example',
  role: 'user',
  authMode: 'local',
};

export function sessionAnswer(accessToken: string, user: User = ADA): Session {
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: 300,
    sessionExpiresAt: '2030-01-01T00:00:00.000Z',
    idleTimeout: 1800,
    authMode: user.authMode,
    user,
  };
}

export function problemAnswer(code: ProblemCode, status: number, retryAfter?: number): Problem {
  const about = { type: `/problems/${code}`, title: code, detail: code, instance: '/api' };
  return {
    ...about,
    status,
    code,
    requestId: 'request-1',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
