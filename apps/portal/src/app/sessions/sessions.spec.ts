import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import type { OwnSession } from '@cutover/contracts';

import { problemAnswer } from '../../../testing/answers';
import { withDialogs } from '../../../testing/browser';
import { buttonNamed } from '../../../testing/queries';
import { Session } from '../session/session';
import { Sessions } from './sessions';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const noContent = { status: 204, statusText: 'No Content' };

function item(id: string, over: Partial<OwnSession> = {}): OwnSession {
  const instant = '2026-11-25T12:00:00Z';
  return {
    id,
    createdAt: instant,
    lastUsedAt: instant,
    expiresAt: instant,
    userAgent: FIREFOX,
    address: '192.0.2.7',
    authMode: 'external',
    current: false,
    ...over,
  };
}

const HERE = item('here', { current: true, userAgent: null, address: null, authMode: 'local' });
const THERE = item('there');

describe('Sessions', () => {
  let fixture: ComponentFixture<Sessions>;
  let page: HTMLElement;
  let api: HttpTestingController;
  let takeAway: () => void;

  beforeEach(async () => {
    takeAway = withDialogs();
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    api = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(Sessions);
    page = fixture.nativeElement;
    document.body.append(page);
    fixture.detectChanges();
  });

  afterEach(() => {
    api.verify();
    page.remove();
    takeAway();
    jest.restoreAllMocks();
  });

  async function settled() {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  const list = () =>
    api.expectOne((request) => request.method === 'GET' && request.url === '/api/auth/sessions');

  async function show(items: OwnSession[], nextCursor: string | null = null) {
    list().flush({ items, nextCursor });
    await settled();
  }

  async function refuse(code: 'service_unavailable' | 'internal_error', status: number) {
    list().flush(problemAnswer(code, status), { status, statusText: code });
    await settled();
  }

  const devices = () => [...page.querySelectorAll('h2')].map((heading) => heading.textContent);

  it('says what it waits for, then shows this device first and how each was last used', async () => {
    expect(page.querySelector('.skeleton')?.textContent).toContain('Loading your sessions…');
    await show([THERE, HERE]);
    const [first, second] = [...page.querySelectorAll('li')].map((element) => element.textContent);
    expect(first).toContain('Unknown browser');
    expect(first).toContain('This device');
    expect(first).toContain('This application’s own password');
    expect(second).toContain('Firefox on Windows');
    expect(second).toContain('192.0.2.7');
    expect(second).toContain('Your organisation’s sign-in (Microsoft)');
    expect(page.querySelector('time')?.title).toMatch(/2\d November 2026 at/u);
    // This device signs out in the header, where it always does.
    expect(page.querySelectorAll('li button')).toHaveLength(1);
  });

  it('says so where there is no other device', async () => {
    await show([HERE]);
    expect(page.textContent).toContain('You’re signed in on no other device.');
  });

  it('shows more when asked to, and tries again where that failed', async () => {
    await show([HERE], 'next');
    buttonNamed(page, 'Show more').click();
    await refuse('service_unavailable', 503);
    expect(devices()).toHaveLength(1);
    buttonNamed(page, 'Try again').click();
    const more = list();
    expect(more.request.params.get('cursor')).toBe('next');
    more.flush({ items: [THERE], nextCursor: null });
    await settled();
    expect(devices()).toEqual(['Unknown browser', 'Firefox on Windows']);
    expect(() => buttonNamed(page, 'Show more')).toThrow();
  });

  it('explains a failure, with a number for the help desk, and tries again', async () => {
    await refuse('internal_error', 500);
    expect(page.textContent).toContain('request-1');
    buttonNamed(page, 'Try again').click();
    await show([HERE]);
    expect(devices()).toHaveLength(1);
  });

  it('goes on by itself when the device is no longer offline', async () => {
    const onLine = jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    dispatchEvent(new Event('offline'));
    list().error(new ProgressEvent('error'));
    await settled();
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('You’re offline.');
    onLine.mockReturnValue(true);
    dispatchEvent(new Event('online'));
    await settled();
    await show([HERE]);
    expect(devices()).toHaveLength(1);
  });

  describe('ending one', () => {
    const end = () => api.expectOne({ method: 'DELETE', url: '/api/auth/sessions/there' });

    beforeEach(async () => {
      await show([HERE, THERE]);
      const button = buttonNamed(page, 'Sign out Firefox on Windows');
      button.focus();
      button.click();
      await settled();
    });

    it('asks first, with the focus where nothing is lost, and can be called off', async () => {
      expect(page.querySelector('dialog')?.textContent).toContain('Sign out Firefox on Windows?');
      expect(document.activeElement).toBe(buttonNamed(page, 'Cancel'));
      buttonNamed(page, 'Cancel').click();
      await settled();
      expect(page.querySelector('dialog')).toBeNull();
      expect(document.activeElement).toBe(buttonNamed(page, 'Sign out Firefox on Windows'));
    });

    const confirm = async () => {
      const dialog = page.querySelector('dialog');
      if (dialog === null) throw new Error('Nothing is asked');
      buttonNamed(dialog, 'Sign out').click();
      await settled();
      return dialog;
    };

    it('takes it off the list once it has ended, and says so', async () => {
      const dialog = await confirm();
      expect(buttonNamed(dialog, 'Signing out…').getAttribute('aria-disabled')).toBe('true');
      expect(dialog.getAttribute('closedby')).toBe('none');
      expect(devices()).toContain('Firefox on Windows');
      end().flush(null, noContent);
      await settled();
      expect(devices()).toEqual(['Unknown browser']);
      expect(page.querySelector('[role="status"]')?.textContent).toBe('Firefox on Windows is signed out.');
      expect(document.activeElement).toBe(page.querySelector('h1'));
    });

    it('is content where it has ended already', async () => {
      await confirm();
      end().flush(problemAnswer('not_found', 404), { status: 404, statusText: 'Not Found' });
      await settled();
      expect(devices()).toEqual(['Unknown browser']);
    });

    it('says where it failed, keeps it on the list, and tries again', async () => {
      const dialog = await confirm();
      end().flush(problemAnswer('service_unavailable', 503), { status: 503, statusText: 'x' });
      await settled();
      expect(dialog.querySelector('[role="alert"]')?.textContent).toContain('isn’t available');
      expect(devices()).toContain('Firefox on Windows');
      buttonNamed(dialog, 'Try again').click();
      end().flush(null, noContent);
      await settled();
      expect(devices()).toEqual(['Unknown browser']);
    });
  });

  it('ends all of them, this one too', async () => {
    await show([HERE, THERE]);
    buttonNamed(page, 'Sign out everywhere').click();
    await settled();
    const dialog = page.querySelector('dialog');
    expect(dialog?.textContent).toContain('on this device too');
    if (dialog) buttonNamed(dialog, 'Sign out everywhere').click();
    await settled();
    api.expectOne({ method: 'DELETE', url: '/api/auth/sessions' }).flush(null, noContent);
    await settled();
    expect(TestBed.inject(Session).state()).toEqual({ phase: 'signed-out', reason: null });
  });
});
