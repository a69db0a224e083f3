import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { ProblemCode } from '@cutover/contracts';

import { problemAnswer } from '../../../testing/answers';
import { buttonNamed, byLabel, described, takesPastedText, type } from '../../../testing/queries';
import { SignIn } from '../sign-in/sign-in';
import { Reset } from './reset';

@Component({ template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

const CODE = 'ABCDE-12345-ABCDE-12345';
const PASSWORD = 'Difference-Engine-1822';

describe('Reset', () => {
  let harness: RouterTestingHarness;
  let page: HTMLElement;
  let api: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter([
          { path: 'reset', component: Reset },
          { path: 'sign-in', component: SignIn },
          { path: '**', component: Page },
        ]),
      ],
    });
    api = TestBed.inject(HttpTestingController);
    harness = await RouterTestingHarness.create();
    page = harness.fixture.nativeElement;
    document.body.append(page); // focus needs a page to be in
    await harness.navigateByUrl(`/reset?code=${CODE}&username=eve`);
    await settled();
  });

  afterEach(() => {
    api.verify();
    page.remove();
  });

  const alert = () => page.querySelector('[role="alert"]')?.textContent?.replace(/\s+/g, ' ').trim();

  async function settled() {
    await new Promise((resolve) => setTimeout(resolve));
    await harness.fixture.whenStable();
  }

  async function send({ username = 'ada', code = CODE, newPassword = PASSWORD } = {}) {
    type(byLabel(page, 'Username'), username);
    type(byLabel(page, 'Code'), code);
    type(byLabel(page, 'New password'), newPassword);
    page.querySelector('form')?.requestSubmit();
    await settled();
  }

  async function refuse(code: ProblemCode, status: number, retryAfter?: number) {
    api
      .expectOne('/api/auth/reset')
      .flush(problemAnswer(code, status, retryAfter), { status, statusText: code });
    await settled();
  }

  it('takes nothing from the address and starts in the first field', () => {
    expect(byLabel(page, 'Code').value).toBe('');
    expect(byLabel(page, 'Username').value).toBe('');
    expect(document.activeElement).toBe(byLabel(page, 'Username'));
  });

  it('names its fields to password managers, and shows and hides the password', async () => {
    const password = byLabel(page, 'New password');
    expect([byLabel(page, 'Username').autocomplete, password.autocomplete]).toEqual([
      'username',
      'new-password',
    ]);
    expect(described(password)).toContain('At least 15 characters; a few words are good');
    expect(password.type).toBe('password');
    buttonNamed(page, 'Show password').click();
    await settled();
    expect(password.type).toBe('text');
    buttonNamed(page, 'Show password').click();
    await settled();
    expect(password.type).toBe('password');
    expect(takesPastedText(password)).toBe(true);
  });

  it('asks for what is missing or too short beside the fields, goes to the first, and sends nothing', async () => {
    await send({ code: ' - ', newPassword: 'short' });
    expect(described(byLabel(page, 'Code'))).toContain('Enter your code');
    expect(described(byLabel(page, 'New password'))).toContain('Use at least 15 characters');
    expect(document.activeElement).toBe(byLabel(page, 'Code'));
  });

  it('sends the bare code, goes to sign-in with the name filled in, and says that the password was changed', async () => {
    await send({ code: ' abcde 12345–abcde-12345 ' });
    const reset = api.expectOne('/api/auth/reset');
    expect(reset.request.body).toEqual({
      username: 'ada',
      code: 'abcde12345abcde12345',
      newPassword: PASSWORD,
    });
    expect(buttonNamed(page, 'Changing…').getAttribute('aria-disabled')).toBe('true');
    page.querySelector('form')?.requestSubmit();
    await settled();
    api.expectNone('/api/auth/reset');

    reset.flush(null, { status: 204, statusText: 'No Content' });
    await settled();
    expect(TestBed.inject(Router).url).toBe('/sign-in');
    expect(alert()).toBe(
      'Your password was changed. Sign in with the new one, or with the one before if it isn’t accepted. You were signed out everywhere else.',
    );
    expect(byLabel(page, 'Username').value).toBe('ada');
    expect(document.activeElement).toBe(byLabel(page, 'Password'));
  });

  it('says that name and code do not match, and goes to the code', async () => {
    await send();
    await refuse('invalid_credentials', 401);
    expect(alert()).toBe(
      'That name and code don’t match, or the code has expired. Check both, or ask your help desk for a new code.',
    );
    expect(described(byLabel(page, 'Code'))).toContain('Check your code');
    expect(described(byLabel(page, 'Username'))).toContain('Check your username');
    expect(document.activeElement).toBe(byLabel(page, 'Code'));
    expect(byLabel(page, 'New password').value).toBe(PASSWORD);
  });

  it('asks for another password where the API finds it weak', async () => {
    await send({ newPassword: 'password-password' });
    await refuse('validation_failed', 400);
    expect(alert()).toBe('That password is too easy to guess. Choose another; your code is still good.');
    expect(described(byLabel(page, 'New password'))).toContain('Choose one that’s harder to guess');
    expect(document.activeElement).toBe(byLabel(page, 'New password'));
    expect(byLabel(page, 'Code').getAttribute('aria-invalid')).not.toBe('true');
  });

  it('takes another try where only the code needed mending, and blames the name no more', async () => {
    await send();
    await refuse('invalid_credentials', 401);
    type(byLabel(page, 'Code'), 'ABCDE-12345-ABCDE-12346');
    page.querySelector('form')?.requestSubmit();
    await settled();
    await refuse('validation_failed', 400);
    expect(byLabel(page, 'Username').getAttribute('aria-invalid')).not.toBe('true');
    expect(byLabel(page, 'New password').getAttribute('aria-invalid')).toBe('true');
  });

  it('holds the button while the API asks for patience', async () => {
    await send();
    await refuse('rate_limited', 429, 20);
    expect(alert()).toContain('Try again in 20 seconds.');
    expect(document.activeElement?.contains(page.querySelector('[role="alert"]'))).toBe(true);
    expect(buttonNamed(page, 'Change password').getAttribute('aria-disabled')).toBe('true');
    page.querySelector('form')?.requestSubmit();
    await settled();
    api.expectNone('/api/auth/reset');
  });

  it('has a sentence for a dead network and a number for a fault of ours', async () => {
    await send();
    api.expectOne('/api/auth/reset').error(new ProgressEvent('error'));
    await settled();
    expect(alert()).toContain('We can’t reach the server.');
    page.querySelector('form')?.requestSubmit();
    await settled();
    await refuse('internal_error', 500);
    expect(page.textContent).toContain('request-1');
  });
});
