import { hasHidden, readable } from './hidden-characters';

describe('hidden characters', () => {
  it.each([
    'ad\u200ba',
    '\u202eada',
    'ada\u2066',
    'ad\u00ada',
    'ada\ufeff',
    'a\u0000',
    'ad\u3164a',
    'a\u{e0061}da',
    'ad\u200da',
  ])('are seen in %j', (name) => {
    expect(hasHidden(name)).toBe(true);
  });

  it.each(['ada', 'o’brien', 'José Ñandú', '李小龍', 'Ада', 'ada@example.org'])('are not in %j', (name) => {
    expect(hasHidden(name)).toBe(false);
    expect(readable(name)).toBe(name);
  });

  it('are not shown, but for those that a script needs', () => {
    expect(readable('Ad\u200ba \u202eecalevoL\u202c\u0007')).toBe('Ada ecalevoL');
    expect(readable('علی\u200cرضا 👩\u200d👩')).toBe('علی\u200cرضا 👩\u200d👩');
  });
});
