import { initials } from './initials';

const shown = (name: string) => initials(name).replace('\u200C', '');

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Jean-Luc Picard', 'JP'],
    ['Maria del Carmen Ruiz', 'MR'],
    ['Lovelace, Ada', 'AL'],
    ['Lovelace, Ada (IT)', 'AL'],
    ['Hopper (Contractor)', 'H'],
    ['  Grace   Hopper ', 'GH'],
    ['josé álvarez', 'JÁ'],
    ['e\u0301mile zola', 'ÉZ'],
    ['山田 太郎', '山太'],
    ['김철수', '김'],
    ['محمد الخوارزمي', 'ما'],
    ['नितिन शर्मा', 'निश'],
    ['R2 D2', 'RD'],
    ['👩🏽‍🚀', '👩🏽‍🚀'],
    ['', ''],
  ])('of %j are %j', (name, expected) => {
    expect(shown(name)).toBe(expected);
  });

  it('keeps the letters of a joining script apart', () => {
    expect(initials('محمد الخوارزمي')).toBe('م\u200Cا');
  });
});
