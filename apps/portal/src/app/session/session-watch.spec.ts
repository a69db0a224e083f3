import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import type { OwnSession } from '@cutover/contracts';

import { problemAnswer, sessionAnswer } from '../../../testing/answers';
import { otherTab, withBroadcastChannel } from '../../../testing/browser';
import { IDLE_TIMEOUT } from './idle-timeout';
import { Session } from './session';
import { sessionInterceptor } from './session-interceptor';
import { SessionWatch } from './session-watch';

const START = Date.parse('2026-11-25T12:00:00Z');
const unavailable = { status: 503, statusText: 'Service Unavailable' };

describe('SessionWatch', () => {
  let session: Session;
  let watch: SessionWatch;
  let api: HttpTestingController;
  let other: ReturnType<typeof otherTab>;
  let takeAway: () => void;

  beforeEach(() => {
    jest.useFakeTimers({ now: START, doNotFake: ['queueMicrotask'] });
    jest.spyOn(Math, 'random').mockReturnValue(0);
    takeAway = withBroadcastChannel();
    TestBed.configureTestingModule({
      providers: [
        SessionWatch,
        provideHttpClient(withInterceptors([sessionInterceptor])),
        provideHttpClientTesting(),
        { provide: IDLE_TIMEOUT, useValue: 1_800_000 },
      ],
    });
    session = TestBed.inject(Session);
    api = TestBed.inject(HttpTestingController);
    other = otherTab();
  });

  afterEach(() => {
    api.verify();
    takeAway();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  /** @param expiresIn seconds that each access token lives */
  async function signIn(expiresIn = 900) {
    const signedIn = session.signIn({ username: 'ada', password: 'secret' });
    api.expectOne('/api/auth/login').flush({ ...sessionAnswer('first'), expiresIn });
    await signedIn;
    watch = TestBed.inject(SessionWatch);
    await pass(0);
  }

  /** Lets seconds pass, with all that they bring about. */
  async function pass(seconds: number) {
    await jest.advanceTimersByTimeAsync(seconds * 1000);
    TestBed.tick();
    await jest.advanceTimersByTimeAsync(0);
  }

  const personMoves = () => dispatchEvent(new Event('pointermove'));

  async function answerRefresh(token: string, expiresIn = 900) {
    api.expectOne('/api/auth/refresh').flush({ ...sessionAnswer(token), expiresIn });
    await pass(0);
  }

  async function refuseRefresh(retryAfter?: number) {
    api
      .expectOne('/api/auth/refresh')
      .flush(problemAnswer('service_unavailable', 503, retryAfter), unavailable);
    await pass(0);
  }

  describe('while the person is there', () => {
    it('renews ahead of expiry', async () => {
      await signIn();
      await pass(5);
      personMoves();
      await pass(804);
      api.expectNone('/api/auth/refresh');
      await pass(2);
      await answerRefresh('second');
      expect(session.bearer).toBe('second');
    });

    it('takes a request for a sign of life too', async () => {
      await signIn();
      await pass(5);
      TestBed.inject(HttpClient).get('/api/auth/me').subscribe();
      api.expectOne('/api/auth/me').flush({});
      await pass(806);
      await answerRefresh('second');
    });

    it('renews before the API would take the session for idle, however long the token lives', async () => {
      await signIn(86_400);
      await pass(1_000);
      personMoves();
      await pass(711);
      await answerRefresh('second', 86_400);
      expect(watch.ending()).toBeNull();
    });

    it('is no busy loop when tokens live a second', async () => {
      await signIn(1);
      api.expectOne((request) => request.url === '/api/auth/sessions').flush({ items: [], nextCursor: null });
      let refreshes = 0;
      for (let second = 0; second < 30; second += 1) {
        personMoves();
        await pass(1.1);
        for (const call of api.match('/api/auth/refresh')) {
          refreshes += 1;
          call.flush({ ...sessionAnswer(`token ${second}`), expiresIn: 1 });
        }
        await pass(0);
      }
      expect(refreshes).toBeGreaterThanOrEqual(4);
      expect(refreshes).toBeLessThanOrEqual(6);
    });
  });

  describe('while the person is away', () => {
    it('lets the token lapse, and renews at the first sign of life', async () => {
      await signIn();
      await pass(1_000);
      api.expectNone('/api/auth/refresh');
      personMoves();
      await pass(0);
      await answerRefresh('second');
    });

    it('announces the end a minute ahead; a moving pointer is no answer', async () => {
      await signIn();
      await pass(1_739);
      expect(watch.ending()).toBeNull();
      await pass(2);
      expect(watch.ending()).toEqual({ at: START + 1_800_000, why: 'session_idle' });
      personMoves();
      await pass(0);
      expect(watch.ending()).not.toBeNull();
    });

    it('goes on when the person stays', async () => {
      await signIn();
      await pass(1_750);
      watch.stay();
      await answerRefresh('second');
      expect(watch.ending()).toBeNull();
      expect(other.heard).toContainEqual({ kind: 'active', at: START + 1_750_000 });
      await pass(300);
      expect(session.user()).not.toBeNull();
    });

    it('ends the session when the time is up, here, at the API and in the other tabs', async () => {
      await signIn();
      await pass(1_800);
      await pass(0.3);
      api.expectOne('/api/auth/logout').flush(null, { status: 204, statusText: 'No Content' });
      expect(session.state()).toEqual({ phase: 'signed-out', reason: 'session_idle' });
      expect(other.heard).toContainEqual({ kind: 'signed-out', reason: 'session_idle' });
      await pass(0);
      expect(watch.ending()).toBeNull();
    });

    it('does not take the first move after a sleep for a stay', async () => {
      await signIn();
      jest.setSystemTime(START + 3_600_000);
      personMoves();
      await pass(0.3);
      api.expectOne('/api/auth/logout').flush(null, { status: 204, statusText: 'No Content' });
      expect(session.user()).toBeNull();
    });
  });

  describe('among other tabs', () => {
    it('goes on while the person is in another one', async () => {
      await signIn();
      await pass(1_745);
      expect(watch.ending()).not.toBeNull();
      other.say({ kind: 'active', at: START + 1_744_000 });
      await pass(0);
      expect(watch.ending()).toBeNull();
      await answerRefresh('second');
    });

    it('asks them before it ends the session: it may have slept through their word', async () => {
      await signIn();
      jest.setSystemTime(START + 1_900_000);
      personMoves();
      await pass(0.1);
      expect(other.heard).toContainEqual({ kind: 'is-anybody-active' });
      other.say({ kind: 'active', at: Date.now() - 1_000 });
      await pass(0.1);
      await answerRefresh('second');
      expect(session.user()).not.toBeNull();
    });

    it('answers when they ask', async () => {
      await signIn();
      await pass(50);
      personMoves();
      await pass(5);
      other.say({ kind: 'is-anybody-active' });
      await pass(0);
      expect(other.heard.at(-1)).toEqual({ kind: 'active', at: START + 50_000 });
    });
  });

  describe('when the API cannot be asked', () => {
    async function failOnce(retryAfter?: number) {
      await signIn();
      await pass(5);
      personMoves();
      await pass(806);
      await refuseRefresh(retryAfter);
    }

    it('keeps the person signed in, says when it tries again, waits longer each time, and recovers', async () => {
      await failOnce();
      expect(watch.trouble()).toMatchObject({ code: 'service_unavailable', retryAfter: 1 });
      await pass(1);
      await refuseRefresh();
      expect(watch.trouble()).toMatchObject({ retryAfter: 2 });
      await pass(2);
      await refuseRefresh();
      await pass(4);
      expect(session.user()).not.toBeNull();
      await answerRefresh('second');
      expect(watch.trouble()).toBeNull();
    });

    it('waits as long as the API asks it to', async () => {
      await failOnce(30);
      expect(watch.trouble()).toMatchObject({ retryAfter: 30 });
      await pass(29);
      api.expectNone('/api/auth/refresh');
      await pass(1);
      await answerRefresh('second');
    });

    it.each([
      ['the network is back', () => dispatchEvent(new Event('online'))],
      ['the person asks it to', () => watch.retry()],
    ])('tries again at once when %s', async (_when, happens) => {
      await failOnce(30);
      happens();
      await pass(0);
      await answerRefresh('second');
    });

    it('is glad of the token that another tab got', async () => {
      await failOnce();
      const now = Date.now();
      const { user } = sessionAnswer('x');
      other.say({
        kind: 'renewed',
        grant: { accessToken: 'theirs', user, obtainedAt: now, expiresAt: now + 900_000 },
      });
      await pass(10);
      expect(watch.trouble()).toBeNull();
    });
  });

  describe('when the longest time of the session is near', () => {
    const item = (current: boolean, expiresAt: string) => ({ current, expiresAt }) as OwnSession;

    it('asks when it ends, by the clock of the API, and announces that no stay helps', async () => {
      await signIn(200);
      const first = api.expectOne((request) => request.url === '/api/auth/sessions');
      first.flush({ items: [item(false, '2026-11-25T23:00:00Z')], nextCursor: 'older' });
      await pass(0);
      const second = api.expectOne((request) => request.params.get('cursor') === 'older');
      // The API's clock is an hour ahead of this one: the session ends in 200 s all the same.
      const headers = { date: 'Wed, 25 Nov 2026 13:00:00 GMT' };
      second.flush({ items: [item(true, '2026-11-25T13:03:20Z')], nextCursor: null }, { headers });
      await pass(139);
      expect(watch.ending()).toBeNull();
      await pass(2);
      expect(watch.ending()).toEqual({ at: START + 200_000, why: 'session_over' });

      await pass(59);
      await pass(0.3);
      api.expectOne('/api/auth/logout').flush(null, { status: 204, statusText: 'No Content' });
      expect(session.state()).toEqual({ phase: 'signed-out', reason: 'session_over' });
    });

    it('is not put off by an answer that does not come', async () => {
      await signIn(200);
      api.expectOne((request) => request.url === '/api/auth/sessions').error(new ProgressEvent('error'));
      await pass(100);
      expect(watch.ending()).toBeNull();
      expect(session.user()).not.toBeNull();
    });
  });
});
