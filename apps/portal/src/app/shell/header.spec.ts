import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';

import { ADA } from '../../../testing/answers';
import { buttonNamed } from '../../../testing/queries';
import { Header } from './header';

async function show(user = ADA) {
  TestBed.configureTestingModule({ providers: [provideRouter([])] });
  const fixture = TestBed.createComponent(Header);
  fixture.componentRef.setInput('user', user);
  fixture.componentRef.setInput('organisation', 'Contoso');
  fixture.componentRef.setInput('theme', 'system');
  await fixture.whenStable();
  return { fixture, page: fixture.nativeElement as HTMLElement };
}

describe('Header', () => {
  it('shows the name, never the username, and the initials', async () => {
    const { page } = await show();
    const header = page.querySelector('header');
    expect(header?.textContent).toContain('Ada Lovelace');
    expect(header?.querySelector('app-avatar')?.textContent?.replace('\u200C', '')).toBe('AL');
    expect(header?.textContent).not.toMatch(/\bada\b/u);
  });

  it('keeps a right-to-left name from turning what stands beside it', async () => {
    const { page } = await show({ ...ADA, name: 'محمد الخوارزمي' });
    expect(page.querySelector('header .name')?.tagName).toBe('BDI');
  });

  it('opens to e-mail, role and the side that checked the password', async () => {
    const { page } = await show({ ...ADA, role: 'admin', authMode: 'external' });
    const account = page.querySelector('[popover]')?.textContent;
    expect(account).toContain('ada@contoso.example');
    expect(account).toContain('Administrator');
    expect(account).toContain('Your organisation’s sign-in (Microsoft)');
    expect(page.querySelector('button[popovertarget="account"]')).not.toBeNull();
  });

  it('asks to sign out, and says when that is under way', async () => {
    const { fixture, page } = await show();
    const signedOut = jest.fn();
    fixture.componentInstance.signOut.subscribe(signedOut);
    buttonNamed(page, 'Sign out').click();
    expect(signedOut).toHaveBeenCalledTimes(1);
    fixture.componentRef.setInput('signingOut', true);
    await fixture.whenStable();
    expect(buttonNamed(page, 'Signing out…').getAttribute('aria-disabled')).toBe('true');
  });

  it('changes the colours', async () => {
    const { fixture, page } = await show();
    page.querySelector<HTMLInputElement>('input[value="dark"]')?.click();
    await fixture.whenStable();
    expect(fixture.componentInstance.theme()).toBe('dark');
  });
});
