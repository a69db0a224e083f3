import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { ProblemCode, User } from '@cutover/contracts';

import { ADA, problemAnswer } from '../../../testing/answers';
import { buttonNamed, byLabel, described, type } from '../../../testing/queries';
import { Session } from '../session/session';
import { ChangePassword } from './change-password';

const PRESENT = 'Analytical-Engine-1843';
const NEW = 'Difference-Engine-1822';

describe('ChangePassword', () => {
  let fixture: ComponentFixture<ChangePassword>;
  let page: HTMLElement;
  let api: HttpTestingController;
  const user = signal<User>(ADA);

  beforeEach(async () => {
    user.set(ADA);
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter([]),
        { provide: Session, useValue: { user } },
      ],
    });
    api = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(ChangePassword);
    page = fixture.nativeElement;
    document.body.append(page); // focus needs a page to be in
    await settled();
  });
  afterEach(() => {
    api.verify();
    page.remove();
  });

  const alert = () => page.querySelector('[role="alert"]')?.textContent?.replace(/\s+/g, ' ').trim();

  async function settled() {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function send(password = PRESENT, newPassword = NEW) {
    type(byLabel(page, 'Present password'), password);
    type(byLabel(page, 'New password'), newPassword);
    page.querySelector('form')?.requestSubmit();
    await settled();
  }

  async function refuse(code: ProblemCode, status: number, retryAfter?: number) {
    api
      .expectOne('/api/auth/password')
      .flush(problemAnswer(code, status, retryAfter), { status, statusText: code });
    await settled();
  }

  it('names its fields, and whose password it is, to password managers', () => {
    const username = page.querySelector<HTMLInputElement>('input[autocomplete="username"]');
    expect(username?.value).toBe('ada');
    expect(byLabel(page, 'Present password').autocomplete).toBe('current-password');
    expect(byLabel(page, 'New password').autocomplete).toBe('new-password');
  });

  it('sends both, says that it is done where the form stood, and keeps neither', async () => {
    await send();
    const change = api.expectOne('/api/auth/password');
    expect(change.request.body).toEqual({ password: PRESENT, newPassword: NEW });
    expect(buttonNamed(page, 'Changing…').getAttribute('aria-disabled')).toBe('true');
    page.querySelector('form')?.requestSubmit();
    await settled();
    api.expectNone('/api/auth/password');

    change.flush(null, { status: 204, statusText: 'No Content' });
    await settled();
    expect(page.textContent).toContain('You were signed out everywhere else.');
    expect(page.querySelector('form')).toBeNull();
    expect(document.activeElement).toBe(page.querySelector('h1'));
  });

  it.each([
    ['', NEW, 'Present password', 'Enter your present password'],
    [PRESENT, 'short', 'New password', 'Use at least 15 characters'],
    [PRESENT, PRESENT, 'New password', 'Choose one that differs from the present one'],
  ])('%j and %j: sends nothing and says beside “%s”: %s', async (password, newPassword, field, words) => {
    await send(password, newPassword);
    expect(described(byLabel(page, field))).toContain(words);
    expect(document.activeElement).toBe(byLabel(page, field));
  });

  it.each([
    ['invalid_credentials', 401, 'That isn’t your present password.', 'Present password'],
    ['validation_failed', 400, 'That password is too easy to guess.', 'New password'],
  ] as const)('%s: says what to mend, and goes to the field', async (code, status, words, field) => {
    await send();
    await refuse(code, status);
    expect(alert()).toContain(words);
    expect(document.activeElement).toBe(byLabel(page, field));
  });

  it('holds the button while the API asks for patience', async () => {
    await send();
    await refuse('rate_limited', 429, 20);
    expect(alert()).toContain('Try again in 20 seconds.');
    expect(buttonNamed(page, 'Change password').getAttribute('aria-disabled')).toBe('true');
    page.querySelector('form')?.requestSubmit();
    await settled();
  });

  it('asks nobody for a password that the organisation keeps', async () => {
    user.set({ ...ADA, authMode: 'external' });
    await settled();
    expect(page.querySelector('form')).toBeNull();
    expect(page.textContent).toContain('Your organisation keeps your password');
  });
});
