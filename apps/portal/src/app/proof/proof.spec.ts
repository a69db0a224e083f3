import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { ProblemCode } from '@cutover/contracts';

import { problemAnswer, sessionAnswer } from '../../../testing/answers';
import { buttonNamed, byLabel, described, type } from '../../../testing/queries';
import { SignIn } from '../sign-in/sign-in';
import { Proof } from './proof';
import { onlyUnproven } from './unproven';

@Component({ template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

const TOKEN = 'a-link-token';

describe('Proof', () => {
  let harness: RouterTestingHarness;
  let page: HTMLElement;
  let api: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter(
          [
            { path: 'sign-in', component: SignIn },
            { path: 'proof', component: Proof, canActivate: [onlyUnproven] },
            { path: '**', component: Page },
          ],
          withComponentInputBinding(),
        ),
      ],
    });
    api = TestBed.inject(HttpTestingController);
    harness = await RouterTestingHarness.create();
    page = harness.fixture.nativeElement;
    document.body.append(page); // focus needs a page to be in
  });
  afterEach(() => {
    api.verify();
    page.remove();
  });

  const alert = () => page.querySelector('[role="alert"]')?.textContent?.replace(/\s+/g, ' ').trim();
  const password = () => byLabel(page, 'The password you used until now');
  const url = () => TestBed.inject(Router).url;

  async function settled() {
    await new Promise((resolve) => setTimeout(resolve));
    await harness.fixture.whenStable();
  }

  /** As somebody gets here: by a sign-in that proves nothing. */
  async function asked() {
    await harness.navigateByUrl('/sign-in?returnUrl=%2Fprofile');
    await settled();
    type(byLabel(page, 'Username'), 'jsmith');
    type(byLabel(page, 'Password'), 'over-there');
    page.querySelector('form')?.requestSubmit();
    await settled();
    const body = { ...problemAnswer('link_required', 401), linkToken: TOKEN };
    api.expectOne('/api/auth/login').flush(body, { status: 401, statusText: 'link_required' });
    await settled();
  }

  async function send(secret: string) {
    type(password(), secret);
    page.querySelector('form')?.requestSubmit();
    await settled();
  }

  async function refuse(code: ProblemCode, status: number) {
    api.expectOne('/api/auth/login/link').flush(problemAnswer(code, status), { status, statusText: code });
    await settled();
  }

  it('asks for the old password, with the token in memory only', async () => {
    await asked();
    expect(url()).toBe('/proof');
    expect(page.querySelector('h1')?.textContent).toBe('Once more, so that we know it is you');
    expect(document.activeElement).toBe(password());
    expect(password().type).toBe('password');
    buttonNamed(page, 'Show password').click();
    await settled();
    expect(password().type).toBe('text');

    await send('from-here');
    const { request } = api.match('/api/auth/login/link')[0] ?? {};
    expect(request?.body).toEqual({ linkToken: TOKEN, password: 'from-here' });
    expect(JSON.stringify([url(), history.state, { ...localStorage }, { ...sessionStorage }])).not.toContain(
      TOKEN,
    );
  });

  it('takes the person to where they were going', async () => {
    await asked();
    await send('from-here');
    api.expectOne('/api/auth/login/link').flush(sessionAnswer('token'));
    await settled();
    expect(url()).toBe('/profile');
  });

  it('says what is missing without asking the API', async () => {
    await asked();
    await send('');
    expect(described(password())).toContain('Enter your password');
    expect(document.activeElement).toBe(password());
  });

  it('says that it is another password, and puts the focus there', async () => {
    await asked();
    await send('wrong');
    await refuse('invalid_credentials', 401);
    expect(alert()).toMatch(/^That isn’t the password you used here until now\./);
    expect(described(password())).toContain('Check this password');
    expect(document.activeElement).toBe(password());
    await send('another');
    await refuse('account_conflict', 409);
    expect(alert()).toContain('help desk');
  });

  it('goes back to the sign-in with a sentence when it took too long', async () => {
    await asked();
    await send('from-here');
    await refuse('sign_in_expired', 400);
    expect(url()).toBe('/sign-in?returnUrl=%2Fprofile');
    expect(alert()).toMatch(/^That took a little too long\. Sign in again\./);
    expect(byLabel(page, 'Username').value).toBe('jsmith');
  });

  it('is nowhere to begin: a reload starts with the sign-in', async () => {
    await harness.navigateByUrl('/proof');
    expect(url()).toBe('/sign-in');
  });
});
