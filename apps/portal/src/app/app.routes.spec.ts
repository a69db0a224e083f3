import { routes } from './app.routes';
import { onlySignedIn, onlySignedOut } from './session/session-guards';
import { Shell } from './shell/shell';

describe('the pages', () => {
  it('are behind sign-in and under the header with its button, but for those of somebody who is signed out', async () => {
    const open = routes.filter(({ canActivate = [] }) => !canActivate.includes(onlySignedIn));
    const [behind, ...others] = routes.filter((route) => !open.includes(route));

    expect(
      open.filter(({ path, canActivate }) => path !== '**' && !canActivate?.includes(onlySignedOut)),
    ).toEqual([]);
    expect(others).toEqual([]);
    expect(await behind?.loadComponent?.()).toBe(Shell);
    expect(behind?.children?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['', 'profile', 'sessions']),
    );
  });
});
