import { TestBed } from '@angular/core/testing';

import type { ShownProblem } from '../problem/read-problem';
import { RenewalNotice } from './renewal-notice';

describe('RenewalNotice', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function show(code: ShownProblem['code']) {
    const fixture = TestBed.createComponent(RenewalNotice);
    fixture.componentRef.setInput('trouble', { code, requestId: null, retryAfter: 2 });
    const retried = jest.fn();
    fixture.componentInstance.retry.subscribe(retried);
    fixture.detectChanges();
    fixture.detectChanges();
    const page: HTMLElement = fixture.nativeElement;
    return { fixture, page, retried, words: () => page.querySelector('p')?.textContent };
  }

  it('counts down to the next attempt, and lets the person be faster', () => {
    const { fixture, page, retried, words } = show('service_unavailable');
    expect(words()).toContain('You’re still signed in. We’ll try again in 2 seconds.');
    jest.advanceTimersByTime(2000);
    fixture.detectChanges();
    expect(words()).toContain('Trying again…');
    page.querySelector('button')?.click();
    expect(retried).toHaveBeenCalledTimes(1);
  });

  it('promises nothing and asks nothing while the device is offline', () => {
    const { page, words } = show('offline');
    expect(words()).toContain('You’re offline. You stay signed in');
    expect(page.querySelector('button')).toBeNull();
  });
});
