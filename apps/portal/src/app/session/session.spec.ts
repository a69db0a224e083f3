import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';

import { ADA, problemAnswer, sessionAnswer } from '../../../testing/answers';
import { Session } from './session';

const unavailable = { status: 503, statusText: 'Service Unavailable' };
const unauthorized = { status: 401, statusText: 'Unauthorized' };

describe('Session', () => {
  let session: Session;
  let api: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    session = TestBed.inject(Session);
    api = TestBed.inject(HttpTestingController);
  });

  afterEach(() => api.verify());

  async function signIn(token = 'first') {
    const signedIn = session.signIn({ username: 'ada', password: 'secret' });
    api.expectOne('/api/auth/login').flush(sessionAnswer(token));
    await signedIn;
  }

  it('signs in and keeps the token in memory only', async () => {
    await signIn();
    expect(session.user()).toEqual(ADA);
    expect(session.bearer).toBe('first');
    expect({ ...localStorage, ...sessionStorage }).toEqual({});
  });

  it('takes up the session of the cookie after a reload', async () => {
    const restored = session.restore();
    expect(session.state().phase).toBe('starting');
    api.expectOne({ method: 'POST', url: '/api/auth/refresh' }).flush(sessionAnswer('fresh'));
    await restored;
    await session.whenKnown();
    expect(session.user()).toEqual(ADA);
  });

  it.each([
    ['not_authenticated', null],
    ['session_expired', 'session_expired'],
    ['session_reused', 'session_reused'],
  ] as const)('is signed out at the start after %s, for the reason %s', async (code, reason) => {
    const restored = session.restore();
    api.expectOne('/api/auth/refresh').flush(problemAnswer(code, 401), unauthorized);
    await restored;
    expect(session.state()).toEqual({ phase: 'signed-out', reason });
  });

  it('does not take an outage at the start for a sign-out, and can try again', async () => {
    const restored = session.restore();
    api.expectOne('/api/auth/refresh').flush(problemAnswer('service_unavailable', 503), unavailable);
    await restored;
    expect(session.state()).toMatchObject({ phase: 'unreachable', problem: { code: 'service_unavailable' } });

    const again = session.restore();
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('fresh'));
    await again;
    expect(session.user()).toEqual(ADA);
  });

  it('asks for one fresh token however many ask for it', async () => {
    await signIn();
    const renewals = [session.renew('first'), session.renew('first'), session.renew('first')];
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('second'));
    await Promise.all(renewals);
    expect(session.bearer).toBe('second');
  });

  it('asks for none when the refused token has been replaced already', async () => {
    await signIn('second');
    await session.renew('first');
    expect(session.bearer).toBe('second');
  });

  it('ends when the cookie is refused, and says so', async () => {
    await signIn();
    const renewal = session.renew('first');
    api.expectOne('/api/auth/refresh').flush(problemAnswer('not_authenticated', 401), unauthorized);
    await expect(renewal).rejects.toMatchObject({ status: 401 });
    expect(session.state()).toEqual({ phase: 'signed-out', reason: 'session_expired' });
    expect(session.bearer).toBeNull();
  });

  it('outlives a renewal that could not be asked', async () => {
    await signIn();
    const renewal = session.renew('first');
    api.expectOne('/api/auth/refresh').flush(problemAnswer('service_unavailable', 503), unavailable);
    await expect(renewal).rejects.toMatchObject({ status: 503 });
    expect(session.user()).toEqual(ADA);
  });

  it('does not believe a 401 that is no answer of the API', async () => {
    await signIn();
    const renewal = session.renew('first');
    api.expectOne('/api/auth/refresh').flush('<h1>Proxy sign-in</h1>', unauthorized);
    await expect(renewal).rejects.toMatchObject({ status: 401 });
    expect(session.user()).toEqual(ADA);
  });

  it('signs out', async () => {
    await signIn();
    const signedOut = session.signOut();
    await Promise.resolve();
    api
      .expectOne({ method: 'POST', url: '/api/auth/logout' })
      .flush(null, { status: 204, statusText: 'No Content' });
    await signedOut;
    expect(session.state()).toEqual({ phase: 'signed-out', reason: null });
    expect(session.bearer).toBeNull();
  });

  it('stays signed in when the API could not be told', async () => {
    await signIn();
    const signedOut = session.signOut();
    await Promise.resolve();
    api.expectOne('/api/auth/logout').error(new ProgressEvent('error'));
    await expect(signedOut).rejects.toMatchObject({ status: 0 });
    expect(session.user()).toEqual(ADA);
  });
});
