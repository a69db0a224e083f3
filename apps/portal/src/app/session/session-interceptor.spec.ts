import {
  HttpClient,
  type HttpErrorResponse,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import type { ProblemCode } from '@cutover/contracts';
import { firstValueFrom } from 'rxjs';

import { problemAnswer, sessionAnswer } from '../../../testing/answers';
import { Session } from './session';
import { sessionInterceptor } from './session-interceptor';

const unauthorized = { status: 401, statusText: 'Unauthorized' };

describe('sessionInterceptor', () => {
  let http: HttpClient;
  let api: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(withInterceptors([sessionInterceptor])), provideHttpClientTesting()],
    });
    http = TestBed.inject(HttpClient);
    api = TestBed.inject(HttpTestingController);
    const signedIn = TestBed.inject(Session).signIn({ username: 'ada', password: 'secret' });
    const login = api.expectOne('/api/auth/login');
    expect(login.request.headers.has('Authorization')).toBe(false);
    login.flush(sessionAnswer('first'));
    await signedIn;
  });

  afterEach(() => api.verify());

  const get = (url: string) => firstValueFrom(http.get(url));
  const refuse = (url: string, code: ProblemCode = 'token_invalid') =>
    api.match(url).forEach((call) => call.flush(problemAnswer(code, 401), unauthorized));
  /** Lets promise callbacks between two requests run. */
  const settle = () => new Promise((resolve) => setTimeout(resolve));

  it.each(['/api/auth/me', 'api/auth/me', `${location.origin}/api/x?y=1`])('gives %s the token', (url) => {
    http.get(url).subscribe();
    const call = api.expectOne(url);
    expect(call.request.headers.get('Authorization')).toBe('Bearer first');
    call.flush({});
  });

  it.each([
    'https://evil.example/api/auth/me',
    '//evil.example/api/auth/me',
    '/apiary',
    '/assets/api/x',
    '/api/../other',
    '/api/auth/refresh',
    '/api/auth/logout',
  ])('gives %s none', (url) => {
    http.get(url).subscribe();
    const call = api.expectOne(url);
    expect(call.request.headers.has('Authorization')).toBe(false);
    call.flush({});
  });

  it('refreshes once for all waiting requests and repeats each with the fresh token', async () => {
    const answers = Promise.all([get('/api/a'), get('/api/b'), get('/api/c')]);
    ['/api/a', '/api/b', '/api/c'].forEach((url) => refuse(url));
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('second'));
    await settle();
    for (const url of ['/api/a', '/api/b', '/api/c']) {
      const again = api.expectOne(url);
      expect(again.request.headers.get('Authorization')).toBe('Bearer second');
      again.flush({ url });
    }
    await expect(answers).resolves.toEqual([{ url: '/api/a' }, { url: '/api/b' }, { url: '/api/c' }]);
  });

  it('repeats a request that is refused after the refresh is over without another one', async () => {
    const answers = Promise.all([get('/api/early'), get('/api/late')]);
    refuse('/api/early');
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('second'));
    await settle();
    api.expectOne('/api/early').flush({});
    refuse('/api/late');
    await settle();
    api.expectOne('/api/late').flush({});
    await answers;
  });

  it('gives up when the fresh token is refused too', async () => {
    const answer = get('/api/a');
    refuse('/api/a');
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('second'));
    await settle();
    refuse('/api/a');
    await expect(answer).rejects.toMatchObject({ status: 401 });
  });

  it.each([
    ['forbidden', 403],
    ['version_conflict', 412],
    ['service_busy', 503],
    ['account_disabled', 401],
  ] as const)('passes %s on untouched', async (code, status) => {
    const answer = get('/api/a').catch((error: HttpErrorResponse) => error);
    api.expectOne('/api/a').flush(problemAnswer(code, status), { status, statusText: code });
    await expect(answer).resolves.toMatchObject({ status, error: { code } });
  });

  it('passes on what stopped the refresh: the session is over', async () => {
    const answer = get('/api/a');
    refuse('/api/a');
    refuse('/api/auth/refresh', 'session_expired');
    await expect(answer).rejects.toMatchObject({ status: 401, error: { code: 'session_expired' } });
  });

  it('passes on what stopped the refresh: it could not be asked', async () => {
    const answer = get('/api/a');
    refuse('/api/a');
    const body = problemAnswer('service_unavailable', 503);
    api.expectOne('/api/auth/refresh').flush(body, { status: 503, statusText: 'Service Unavailable' });
    await expect(answer).rejects.toMatchObject({ status: 503, error: { code: 'service_unavailable' } });
    expect(TestBed.inject(Session).user()).not.toBeNull();
  });
});
