import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';

import { ADA, problemAnswer, sessionAnswer } from '../../../testing/answers';
import { otherTab, withBroadcastChannel, withLocks } from '../../../testing/browser';
import { Session } from './session';
import { START_OVER } from './start-over';
import { Tabs } from './tabs';

const unauthorized = { status: 401, statusText: 'Unauthorized' };
const GRACE = { ...ADA, id: 2, name: 'Grace Hopper' };
/** As another tab got it, later than whatever this one has. */
const grant = (accessToken: string, user = ADA) => ({
  accessToken,
  user,
  obtainedAt: Date.now() + 1,
  expiresAt: Date.now() + 300_000,
});
/** Lets messages, locks and promises run. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

describe('Session, among other tabs', () => {
  let session: Session;
  let api: HttpTestingController;
  let other: ReturnType<typeof otherTab>;
  let takeAway: (() => void)[];
  const startedOver = jest.fn();

  beforeEach(async () => {
    takeAway = [withBroadcastChannel(), withLocks()];
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: START_OVER, useValue: startedOver },
      ],
    });
    startedOver.mockReset();
    session = TestBed.inject(Session);
    api = TestBed.inject(HttpTestingController);
    const signedIn = session.signIn({ username: 'ada', password: 'secret' });
    await settle();
    api.expectOne('/api/auth/login').flush(sessionAnswer('first'));
    await signedIn;
    other = otherTab();
  });

  afterEach(() => {
    takeAway.forEach((each) => each());
    api.verify();
  });

  /** The other tab holds the lock until it is told to let go. */
  async function otherTabIsAtIt() {
    let letGo: () => void = () => undefined;
    void TestBed.inject(Tabs).alone(() => new Promise<void>((resolve) => (letGo = resolve)));
    await settle();
    return () => letGo();
  }

  it('tells them of a fresh token', async () => {
    const renewal = session.renew('first');
    await settle();
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('second'));
    await renewal;
    await settle();
    expect(other.heard).toMatchObject([{ kind: 'renewed', grant: { accessToken: 'second', user: ADA } }]);
  });

  it('takes the token of the tab that was faster, instead of asking for another one', async () => {
    const letGo = await otherTabIsAtIt();
    const renewal = session.renew('first');
    letGo(); // the lock may be free before the word has arrived
    await settle();
    other.say({ kind: 'renewed', grant: grant('second') });
    await renewal;
    expect(session.bearer).toBe('second');
    api.expectNone('/api/auth/refresh');
  });

  it('asks for one of its own when the other tab got none', async () => {
    const letGo = await otherTabIsAtIt();
    const renewal = session.renew('first');
    letGo();
    let asked = api.match('/api/auth/refresh');
    for (; asked.length === 0; asked = api.match('/api/auth/refresh')) await settle();
    expect(asked).toHaveLength(1);
    asked[0]?.flush(sessionAnswer('second'));
    await renewal;
    expect(session.bearer).toBe('second');
  });

  it('keeps its token when an older one arrives late', async () => {
    other.say({ kind: 'renewed', grant: { ...grant('older'), obtainedAt: 1 } });
    await settle();
    expect(session.bearer).toBe('first');
  });

  it('signs them out too', async () => {
    const signedOut = session.signOut();
    await settle();
    api.expectOne('/api/auth/logout').flush(null, { status: 204, statusText: 'No Content' });
    await signedOut;
    await settle();
    expect(other.heard).toEqual([{ kind: 'signed-out', reason: null }]);
  });

  it('is signed out by them, and says that it happened elsewhere', async () => {
    other.say({ kind: 'signed-out', reason: null });
    await settle();
    expect(session.state()).toEqual({ phase: 'signed-out', reason: 'signed_out_elsewhere' });
    expect(session.bearer).toBeNull();
  });

  it('ends for the reason that they found', async () => {
    other.say({ kind: 'signed-out', reason: 'session_reused' });
    await settle();
    expect(session.state()).toEqual({ phase: 'signed-out', reason: 'session_reused' });
  });

  it('is not brought back by a token from before the sign-out', async () => {
    other.say({ kind: 'signed-out', reason: null });
    other.say({ kind: 'renewed', grant: grant('late') });
    await settle();
    expect(session.user()).toBeNull();
  });

  it('is signed in by them', async () => {
    other.say({ kind: 'signed-out', reason: null });
    other.say({ kind: 'signed-in', grant: grant('theirs', GRACE) });
    await settle();
    expect(session.user()).toEqual(GRACE);
    expect(session.bearer).toBe('theirs');
    expect(startedOver).not.toHaveBeenCalled();
  });

  it.each(['signed-in', 'renewed'] as const)(
    'starts over when another person is %s, and never shows one under the name of the other',
    async (kind) => {
      other.say({ kind, grant: grant('theirs', GRACE) });
      await settle();
      expect(startedOver).toHaveBeenCalledTimes(1);
      expect(session.bearer).toBe('first');
    },
  );

  it('ends a session whose time is up at once, and tells the API', async () => {
    const lapsed = session.lapse('session_idle');
    expect(session.state()).toEqual({ phase: 'signed-out', reason: 'session_idle' });
    await settle();
    api.expectOne('/api/auth/logout').error(new ProgressEvent('error'));
    await expect(lapsed).resolves.toBeUndefined();
    expect(other.heard).toEqual([{ kind: 'signed-out', reason: 'session_idle' }]);
  });

  it('keeps the reason of its end when a request that was under way is refused', async () => {
    const renewal = session.renew('first');
    await settle();
    other.say({ kind: 'signed-out', reason: null });
    await settle();
    api.expectOne('/api/auth/refresh').flush(problemAnswer('not_authenticated', 401), unauthorized);
    await expect(renewal).rejects.toMatchObject({ status: 401 });
    expect(session.state()).toEqual({ phase: 'signed-out', reason: 'signed_out_elsewhere' });
  });

  it('signs out everywhere, the other tabs included', async () => {
    const signedOut = session.signOutEverywhere();
    api
      .expectOne({ method: 'DELETE', url: '/api/auth/sessions' })
      .flush(null, { status: 204, statusText: 'No Content' });
    await signedOut;
    await settle();
    expect(session.state()).toEqual({ phase: 'signed-out', reason: null });
    expect(other.heard).toEqual([{ kind: 'signed-out', reason: null }]);
  });
});
