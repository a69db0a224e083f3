import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';

import { problemAnswer, sessionAnswer } from '../../../testing/answers';
import { Session } from './session';
import { onlySignedIn, onlySignedOut } from './session-guards';

@Component({ template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

describe('the route guards', () => {
  let harness: RouterTestingHarness;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter([
          { path: 'sign-in', component: Page, canActivate: [onlySignedOut] },
          { path: '**', component: Page, canActivate: [onlySignedIn] },
        ]),
      ],
    });
    harness = await RouterTestingHarness.create();
  });

  async function open(url: string, signedIn: boolean) {
    const navigation = harness.navigateByUrl(url).catch(() => undefined); // a redirect to another page is no error here
    void TestBed.inject(Session).restore();
    const refresh = TestBed.inject(HttpTestingController).expectOne('/api/auth/refresh');
    if (signedIn) refresh.flush(sessionAnswer('token'));
    else refresh.flush(problemAnswer('not_authenticated', 401), { status: 401, statusText: 'Unauthorized' });
    await navigation;
    return TestBed.inject(Router).url;
  }

  it('lets a person who is signed in pass, once that is known', async () => {
    await expect(open('/profile?tab=1', true)).resolves.toBe('/profile?tab=1');
  });

  it('sends everybody else to sign in, remembering where they were going', async () => {
    await expect(open('/profile?tab=1', false)).resolves.toBe('/sign-in?returnUrl=%2Fprofile%3Ftab%3D1');
  });

  it('takes a person who is signed in from the sign-in page to where they were going', async () => {
    await expect(open('/sign-in?returnUrl=%2Fprofile', true)).resolves.toBe('/profile');
  });

  it('never takes them to another site', async () => {
    await expect(open('/sign-in?returnUrl=%2F%2Fevil.example', true)).resolves.toBe('/');
  });
});
