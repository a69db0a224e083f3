import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import type { ProblemCode } from '@cutover/contracts';

import { problemAnswer, sessionAnswer } from '../../../testing/answers';
import { buttonNamed, byLabel, described, takesPastedText, type } from '../../../testing/queries';
import { Session } from '../session/session';
import { SignIn } from './sign-in';

@Component({ template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

describe('SignIn', () => {
  let fixture: ComponentFixture<SignIn>;
  let page: HTMLElement;
  let api: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter([{ path: '**', component: Page }]),
      ],
    });
    api = TestBed.inject(HttpTestingController);
    await create();
  });

  afterEach(() => {
    api.verify();
    page.remove();
  });

  async function create() {
    fixture = TestBed.createComponent(SignIn);
    page = fixture.nativeElement;
    document.body.append(page); // focus needs a page to be in
    await fixture.whenStable();
  }

  const username = () => byLabel(page, 'Username');
  const password = () => byLabel(page, 'Password');
  const alert = () => page.querySelector('[role="alert"]')?.textContent?.replace(/\s+/g, ' ').trim();

  async function send(name = 'ada', secret = 'secret') {
    type(username(), name);
    type(password(), secret);
    page.querySelector('form')?.requestSubmit();
    await fixture.whenStable();
  }

  /** An answer passes through several promises before it shows; one turn of the event loop lets them all run. */
  async function settled() {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function refuse(code: ProblemCode, status: number, retryAfter?: number) {
    api
      .expectOne('/api/auth/login')
      .flush(problemAnswer(code, status, retryAfter), { status, statusText: code });
    await settled();
  }

  it('has visible labels, and names its fields to password managers', () => {
    expect(username().autocomplete).toBe('username');
    expect(password().autocomplete).toBe('current-password');
    expect(password().type).toBe('password');
  });

  it('takes what is pasted', () => {
    expect([username(), password()].map(takesPastedText)).toEqual([true, true]);
  });

  it('starts in the first empty field', () => {
    expect(document.activeElement).toBe(username());
  });

  it('shows and hides the password', async () => {
    const toggle = buttonNamed(page, 'Show password');
    toggle.click();
    await settled();
    expect(password().type).toBe('text');
    expect(toggle.getAttribute('aria-pressed')).toBe('true');
    toggle.click();
    await settled();
    expect(password().type).toBe('password');
  });

  it('asks for what is missing beside the field, goes there, and sends nothing', async () => {
    await send('ada', '');
    expect(described(password())).toContain('Enter your password');
    expect(password().getAttribute('aria-invalid')).toBe('true');
    expect(username().getAttribute('aria-invalid')).not.toBe('true');
    expect(document.activeElement).toBe(password());
  });

  it('sends what was typed, untrimmed, and goes where the person was going', async () => {
    fixture.componentRef.setInput('returnUrl', '/profile');
    await send('ada ', ' secret ');
    const login = api.expectOne('/api/auth/login');
    expect(login.request.body).toEqual({ username: 'ada ', password: ' secret ' });
    login.flush(sessionAnswer('token'));
    await settled();
    expect(TestBed.inject(Session).user()?.name).toBe('Ada Lovelace');
    expect(TestBed.inject(Router).url).toBe('/profile');
  });

  it('goes home rather than to another site', async () => {
    fixture.componentRef.setInput('returnUrl', '//evil.example');
    await send();
    api.expectOne('/api/auth/login').flush(sessionAnswer('token'));
    await settled();
    expect(TestBed.inject(Router).url).toBe('/');
  });

  it('shows progress and cannot be sent twice', async () => {
    await send();
    expect(buttonNamed(page, 'Signing in…').getAttribute('aria-disabled')).toBe('true');
    expect(username().readOnly).toBe(true);
    page.querySelector('form')?.requestSubmit();
    await settled();
    await refuse('invalid_credentials', 401); // expectOne: there was one request
    expect(buttonNamed(page, 'Sign in').getAttribute('aria-disabled')).not.toBe('true');
  });

  it('says that name and password do not match above the form and beside the fields, and goes there', async () => {
    await send();
    await refuse('invalid_credentials', 401);
    expect(alert()).toBe('That name and password don’t match. Check both and try again.');
    expect(described(password())).toContain('Check your password');
    expect(described(username())).toContain('Check your username');
    expect(document.activeElement).toBe(password());
    expect(password().value).toBe('secret');
  });

  it('takes another try where only the password needed mending', async () => {
    await send();
    await refuse('invalid_credentials', 401);
    type(password(), 'better');
    page.querySelector('form')?.requestSubmit();
    await settled();
    const { request } = api.expectOne('/api/auth/login');
    expect(request.body).toEqual({ username: 'ada', password: 'better' });
  });

  it('blames neither field any more once the next answer is another one', async () => {
    await send();
    await refuse('invalid_credentials', 401);
    page.querySelector('form')?.requestSubmit();
    await settled();
    await refuse('external_unavailable', 503);
    expect(described(username())).not.toContain('Check your username');
    expect(described(password())).not.toContain('Check your password');
  });

  it.each([
    ['mfa_required', 'second step'],
    ['password_expired', 'expired'],
    ['account_locked', 'locked'],
    ['account_disabled', 'switched off'],
  ] as const)('explains %s and moves the focus to the sentence', async (code, words) => {
    await send();
    await refuse(code, 401);
    expect(alert()).toContain(words);
    expect(document.activeElement?.contains(page.querySelector('[role="alert"]'))).toBe(true);
    expect(password().getAttribute('aria-invalid')).not.toBe('true');
  });

  it('holds the button while the API asks for patience', async () => {
    await send();
    await refuse('service_busy', 503, 20);
    expect(alert()).toContain('Try again in 20 seconds.');
    expect(buttonNamed(page, 'Sign in').getAttribute('aria-disabled')).toBe('true');
    page.querySelector('form')?.requestSubmit();
    await settled();
    api.expectNone('/api/auth/login');

    await send('grace');
    await refuse('invalid_credentials', 401); // somebody else did not have to wait
  });

  it('gives the request id of an unexpected error', async () => {
    await send();
    await refuse('internal_error', 500);
    expect(page.textContent).toContain('request-1');
    expect(buttonNamed(page, 'Copy')).toBeTruthy();
  });

  it('has a sentence for a dead network', async () => {
    await send();
    api.expectOne('/api/auth/login').error(new ProgressEvent('error'));
    await settled();
    expect(alert()).toContain('We can’t reach the server.');
  });

  it('says why a session ended', async () => {
    page.remove();
    const restored = TestBed.inject(Session).restore();
    const unauthorized = { status: 401, statusText: 'Unauthorized' };
    api.expectOne('/api/auth/refresh').flush(problemAnswer('session_expired', 401), unauthorized);
    await restored;
    await create();
    expect(alert()).toBe('Your session has ended. Sign in again to go on where you were.');
  });

  it('never says which side checks the password', () => {
    expect(page.textContent).not.toMatch(/microsoft|azure|entra|local|external|organisation/iu);
  });
});
