import { TestBed } from '@angular/core/testing';

import { withDialogs } from '../../../testing/browser';
import { buttonNamed } from '../../../testing/queries';
import { EndingNotice } from './ending-notice';

const NOW = Date.parse('2026-11-25T12:00:00Z');

describe('EndingNotice', () => {
  let takeAway: () => void;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    takeAway = withDialogs();
  });
  afterEach(() => {
    jest.useRealTimers();
    takeAway();
  });

  async function show(why: 'session_idle' | 'session_over') {
    const fixture = TestBed.createComponent(EndingNotice);
    fixture.componentRef.setInput('ending', { at: NOW + 60_000, why });
    const asked = { stay: jest.fn(), signOut: jest.fn(), signInAgain: jest.fn() };
    fixture.componentInstance.stay.subscribe(asked.stay);
    fixture.componentInstance.signOut.subscribe(asked.signOut);
    fixture.componentInstance.signInAgain.subscribe(asked.signInAgain);
    const page: HTMLElement = fixture.nativeElement;
    document.body.append(page);
    fixture.detectChanges();
    fixture.detectChanges(); // the effect that starts the clock has run
    const pass = (seconds: number) => {
      jest.advanceTimersByTime(seconds * 1000);
      fixture.detectChanges();
    };
    const ticking = () => page.querySelector('p [aria-hidden="true"]')?.textContent;
    const dialog = () => page.querySelector('dialog');
    return { page, asked, pass, ticking, dialog, fixture };
  }

  const escape = (dialog: HTMLDialogElement | null) =>
    dialog?.dispatchEvent(new Event('cancel', { cancelable: true }));

  it('counts down for the eye, and tells a screen reader now and then', async () => {
    const { page, pass, ticking, dialog } = await show('session_idle');
    expect(dialog()?.open).toBe(true);
    expect(dialog()?.getAttribute('role')).toBe('alertdialog');
    expect(ticking()).toContain('we’ll sign you out in 60 seconds.');
    pass(30);
    expect(ticking()).toContain('in 30 seconds.');
    expect(page.querySelector('[role="status"]')?.textContent).toBe('30 seconds left.');
    expect(page.querySelector('p .visually-hidden')?.textContent).toContain('in 60 seconds.');
    pass(29);
    expect(ticking()).toContain('in 1 second.');
    pass(10);
    expect(ticking()).toContain('in 0 seconds.');
  });

  it('starts on the button that stays, and Escape stays too', async () => {
    const { page, asked, dialog } = await show('session_idle');
    expect(document.activeElement).toBe(buttonNamed(page, 'Stay signed in'));
    buttonNamed(page, 'Stay signed in').click();
    escape(dialog());
    expect(asked.stay).toHaveBeenCalledTimes(2);
  });

  it('signs out when asked to, and says that it is under way', async () => {
    const { page, asked, fixture } = await show('session_idle');
    buttonNamed(page, 'Sign out').click();
    expect(asked.signOut).toHaveBeenCalledTimes(1);
    fixture.componentRef.setInput('signingOut', true);
    fixture.detectChanges();
    expect(buttonNamed(page, 'Signing out…').getAttribute('aria-disabled')).toBe('true');
  });

  it('offers a new sign-in where the session has lasted as long as it may, or to go on until then', async () => {
    const { page, asked, dialog, fixture } = await show('session_over');
    buttonNamed(page, 'Sign in again').click();
    expect(asked.signInAgain).toHaveBeenCalledTimes(1);
    buttonNamed(page, 'Not yet').click();
    fixture.detectChanges();
    expect(dialog()).toBeNull();
    expect(asked.signOut).not.toHaveBeenCalled();
    expect(asked.stay).not.toHaveBeenCalled();
  });
});
