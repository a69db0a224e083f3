import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';

import { sessionAnswer } from '../../testing/answers';
import { App } from './app';
import { Session } from './session/session';

describe('App', () => {
  afterEach(() => jest.restoreAllMocks());

  it('says that the device is offline when it cannot start, and starts by itself when it no longer is', async () => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])],
    });
    const api = TestBed.inject(HttpTestingController);
    const fixture = TestBed.createComponent(App);
    const page: HTMLElement = fixture.nativeElement;
    const onLine = jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    dispatchEvent(new Event('offline'));
    const restored = TestBed.inject(Session).restore();
    api.expectOne('/api/auth/refresh').error(new ProgressEvent('error'));
    await restored;
    await fixture.whenStable();
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('You’re offline.');

    onLine.mockReturnValue(true);
    dispatchEvent(new Event('online'));
    fixture.detectChanges();
    api.expectOne('/api/auth/refresh').flush(sessionAnswer('fresh'));
    await TestBed.inject(Session).whenKnown();
    await fixture.whenStable();
    expect(page.querySelector('[role="alert"]')).toBeNull();
    expect(TestBed.inject(Session).user()).not.toBeNull();
  });
});
