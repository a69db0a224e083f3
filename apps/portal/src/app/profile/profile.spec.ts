import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';

import { ADA, problemAnswer } from '../../../testing/answers';
import { buttonNamed } from '../../../testing/queries';
import { Profile } from './profile';

describe('Profile', () => {
  let fixture: ComponentFixture<Profile>;
  let page: HTMLElement;
  let api: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])],
    });
    api = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(Profile);
    page = fixture.nativeElement;
    fixture.detectChanges();
  });

  afterEach(() => {
    api.verify();
    jest.restoreAllMocks();
  });

  it('loads, then shows what the API knows', async () => {
    expect(page.querySelector('[role="status"]')?.textContent).toContain('Loading your profile…');
    api.expectOne('/api/auth/me').flush(ADA);
    await fixture.whenStable();
    expect(page.textContent).toContain('ada@contoso.example');
    expect(page.querySelector('[role="status"]')).toBeNull();
  });

  it('explains a failure and tries again', async () => {
    api
      .expectOne('/api/auth/me')
      .flush(problemAnswer('service_unavailable', 503), { status: 503, statusText: 'x' });
    await fixture.whenStable();
    buttonNamed(page, 'Try again').click();
    fixture.detectChanges();
    api.expectOne('/api/auth/me').flush(ADA);
    await fixture.whenStable();
    expect(page.textContent).toContain('Ada Lovelace');
  });

  it('says that the device is offline, and goes on by itself when it no longer is', async () => {
    const onLine = jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    dispatchEvent(new Event('offline'));
    api.expectOne('/api/auth/me').error(new ProgressEvent('error'));
    await fixture.whenStable();
    expect(page.querySelector('[role="alert"]')?.textContent).toContain('You’re offline.');

    onLine.mockReturnValue(true);
    dispatchEvent(new Event('online'));
    fixture.detectChanges();
    api.expectOne('/api/auth/me').flush(ADA);
    await fixture.whenStable();
    expect(page.textContent).toContain('Ada Lovelace');
  });
});
