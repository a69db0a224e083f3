import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import type { ProblemCode } from '@cutover/contracts';

import { problemAnswer } from '../../../testing/answers';
import { buttonNamed, described } from '../../../testing/queries';
import { Trouble } from './trouble';

describe('Trouble', () => {
  let fixture: ComponentFixture<Trouble>;
  let page: HTMLElement;
  let api: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    api = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(Trouble);
    fixture.componentRef.setInput('username', 'ada ');
    page = fixture.nativeElement;
    document.body.append(page);
    await fixture.whenStable();
    page.querySelector('details')?.setAttribute('open', '');
  });

  afterEach(() => {
    api.verify();
    page.remove();
  });

  const alert = () => page.querySelector('[role="alert"]')?.textContent?.replace(/\s+/g, ' ').trim();
  function field(): HTMLTextAreaElement {
    const found = page.querySelector('textarea');
    if (found === null) throw new Error('There is no field');
    return found;
  }

  async function settled() {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function send(message = 'The button does nothing') {
    field().value = message;
    field().dispatchEvent(new Event('input', { bubbles: true }));
    page.querySelector('form')?.requestSubmit();
    await settled();
  }

  async function refuse(code: ProblemCode, status: number, retryAfter?: number) {
    api
      .expectOne('/api/auth/trouble')
      .flush(problemAnswer(code, status, retryAfter), { status, statusText: code });
    await settled();
  }

  it('says with the field not to write a password there', () => {
    expect(described(field()).join(' ')).toContain('Don’t write a password here.');
  });

  it('shows the username that goes with it, sends once, thanks, and goes to the thanks', async () => {
    expect(page.textContent).toContain('Your username goes with it: ada');
    await send(' The button does nothing ');
    const report = api.expectOne('/api/auth/trouble');
    expect(report.request.body).toEqual({ message: 'The button does nothing', username: 'ada' });
    expect(buttonNamed(page, 'Sending…').getAttribute('aria-disabled')).toBe('true');
    page.querySelector('form')?.requestSubmit();
    await settled();
    api.expectNone('/api/auth/trouble');

    report.flush(null, { status: 204, statusText: 'No Content' });
    await settled();
    expect(alert()).toBe('Thank you, your message was sent. If it’s urgent, call your help desk as well.');
    expect(document.activeElement?.contains(page.querySelector('[role="alert"]'))).toBe(true);
    expect(page.querySelector('form')).toBeNull();
  });

  it.each(['', ' ', 'a'.repeat(256)])('sends no username where there is none to send', async (username) => {
    fixture.componentRef.setInput('username', username);
    await send();
    const report = api.expectOne('/api/auth/trouble');
    expect(report.request.body).toEqual({ message: 'The button does nothing' });
    report.flush(null, { status: 204, statusText: 'No Content' });
    await settled();
  });

  it.each([
    [' ', 'Write a few words first'],
    ['a'.repeat(2001), 'Shorten it to 2000 characters'],
  ])('does not send what the API would not take', async (message, words) => {
    await send(message);
    expect(described(field())).toContain(words);
    expect(document.activeElement).toBe(field());
  });

  it('holds the button while the API asks for patience, and keeps the text', async () => {
    await send();
    await refuse('rate_limited', 429, 20);
    expect(alert()).toContain('Try again in 20 seconds.');
    expect(buttonNamed(page, 'Send').getAttribute('aria-disabled')).toBe('true');
    expect(field().value).toBe('The button does nothing');
    page.querySelector('form')?.requestSubmit();
    await settled();
    api.expectNone('/api/auth/trouble');
  });

  it('goes to the sentence about a fault of ours, with its number', async () => {
    await send();
    await refuse('internal_error', 500);
    expect(page.textContent).toContain('request-1');
    expect(document.activeElement?.contains(page.querySelector('[role="alert"]'))).toBe(true);
  });

  it('has an empty form for whoever opens it again', async () => {
    await send();
    api.expectOne('/api/auth/trouble').flush(null, { status: 204, statusText: 'No Content' });
    await settled();
    const closed = Object.assign(new Event('toggle'), { newState: 'closed' });
    page.querySelector('details')?.dispatchEvent(closed);
    await settled();
    expect(field().value).toBe('');
  });
});
