import { TestBed } from '@angular/core/testing';

import { ProblemNotice } from './problem-notice';
import type { ShownProblem } from './read-problem';

async function show(problem: ShownProblem) {
  const fixture = TestBed.createComponent(ProblemNotice);
  fixture.componentRef.setInput('problem', problem);
  const retried = jest.fn();
  fixture.componentInstance.retry.subscribe(retried);
  fixture.detectChanges();
  const page: HTMLElement = fixture.nativeElement;
  const button = () => page.querySelector<HTMLButtonElement>('button[matButton="tonal"]');
  return { fixture, page, button, retried };
}

describe('ProblemNotice', () => {
  afterEach(() => jest.useRealTimers());

  it('counts down and only then lets the person try again', async () => {
    jest.useFakeTimers();
    const { fixture, page, button, retried } = await show({
      code: 'service_busy',
      requestId: null,
      retryAfter: 2,
    });
    fixture.detectChanges();
    expect(page.querySelector('[aria-hidden="true"]:not(svg)')?.textContent).toBe('Try again in 2 seconds.');
    expect(button()?.getAttribute('aria-disabled')).toBe('true');

    jest.advanceTimersByTime(1000);
    fixture.detectChanges();
    expect(page.textContent).toContain('Try again in 1 second.');

    jest.advanceTimersByTime(1000);
    fixture.detectChanges();
    expect(page.textContent).toContain('Try again in a moment.');
    button()?.click();
    expect(retried).toHaveBeenCalledTimes(1);
  });

  it('offers no retry where one cannot help', async () => {
    const { button } = await show({ code: 'forbidden', requestId: 'request-1', retryAfter: null });
    expect(button()).toBeNull();
  });

  it('gives the request id where a help desk will want it, and nowhere else', async () => {
    const unexpected = await show({ code: 'internal_error', requestId: 'request-1', retryAfter: null });
    expect(unexpected.page.textContent).toContain('request-1');
    const expected = await show({ code: 'rate_limited', requestId: 'request-2', retryAfter: null });
    expect(expected.page.textContent).not.toContain('request-2');
  });
});
