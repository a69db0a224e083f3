import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';

import { safeReturnUrl, signInUrl } from './return-url';

describe('safeReturnUrl', () => {
  it.each(['/profile', '/profile?tab=1#end', '/a/b', '/?q=//evil.example'])('goes back to %s', (url) => {
    expect(safeReturnUrl(url)).toBe(url);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '/profile/..//evil.example',
    '/./\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'evil.example',
    '',
    '/sign-in',
    '/sign-in?returnUrl=/sign-in',
    null,
    undefined,
  ])('goes home instead of to %j', (url) => {
    expect(safeReturnUrl(url)).toBe('/');
  });
});

describe('signInUrl', () => {
  const urlFor = (wanted: string) => {
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    return signInUrl(TestBed.inject(Router), wanted).toString();
  };

  it('remembers where the person was going', () => {
    expect(urlFor('/profile?tab=1')).toBe('/sign-in?returnUrl=%2Fprofile%3Ftab%3D1');
  });

  it('remembers nothing about home', () => {
    expect(urlFor('/')).toBe('/sign-in');
  });
});
