import { TestBed } from '@angular/core/testing';

import { Theme } from './theme';

describe('Theme', () => {
  afterEach(() => localStorage.clear());

  it('follows the system until a person chooses, and remembers the choice', () => {
    const theme = TestBed.inject(Theme);
    TestBed.tick();
    expect(document.documentElement.dataset['theme']).toBeUndefined();

    theme.choice.set('dark');
    TestBed.tick();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('cutover.theme')).toBe('dark');

    theme.choice.set('system');
    TestBed.tick();
    expect(document.documentElement.dataset['theme']).toBeUndefined();
    expect(localStorage.length).toBe(0);
  });

  it.each([
    ['light', 'light'],
    ['sepia', 'system'],
  ])('starts from what was kept: %s is %s', (kept, expected) => {
    localStorage.setItem('cutover.theme', kept);
    expect(TestBed.inject(Theme).choice()).toBe(expected);
  });
});
