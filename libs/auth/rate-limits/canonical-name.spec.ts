import { canonicalName } from './canonical-name';

describe('spellings of one account', () => {
  it.each([
    'ada',
    ' ada',
    'ADA\u00a0',
    'a da',
    'ad\u200ba',
    '\u202eada',
    'ａｄａ',
    'ada@example.org',
    'ada@EXAMPLE.org.',
    'CONTOSO\\ada',
    'ada\u00ad@example.org',
  ])('%j counts as ada, with a domain and without', (spelled) => {
    expect(canonicalName(spelled, null)).toBe('ada');
    expect(canonicalName(spelled, 'example.org')).toBe('ada@example.org');
  });

  it('of another domain are another account where the domain is known', () => {
    expect(canonicalName('ada@bücher.example', 'example.org')).toBe('ada@xn--bcher-kva.example');
    expect(canonicalName('ada@xn--bcher-kva.example', 'example.org')).toBe('ada@xn--bcher-kva.example');
    expect(canonicalName('ada@bücher.example', null)).toBe('ada');
  });
});
