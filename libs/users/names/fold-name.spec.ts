import { foldName, namesEqual } from './fold-name';

describe('comparison of names', () => {
  it.each([
    ['ADMIN', 'admin'],
    ['José', 'JOSÉ'],
    ['jos\u00e9', 'jose\u0301'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['ſam', 'SAM'],
    ['\u212Aelvin', 'kelvin'],
    ['STRAẞE', 'straße'],
    ['ᎠᏍᎦᏯ', 'ꭰꮝꭶꮿ'],
  ])('%s is %s', (one, other) => {
    expect(namesEqual(one, other)).toBe(true);
  });

  it.each([
    ['josé', 'jose'],
    ['admin', 'admin '],
    ['admin', ' admin'],
    ['admin', 'ad min'],
    ['straße', 'strasse'],
    ['İnci', 'inci'],
    ['ısık', 'isik'],
    ['ﬁn', 'fin'],
    ['admin', 'аdmin'],
    ['admin', 'ａｄｍｉｎ'],
    ['admin', 'adm\u200Bin'],
  ])('%s is not %s', (one, other) => {
    expect(namesEqual(one, other)).toBe(false);
  });

  it('agrees with simple case folding on every character there is', () => {
    const different: string[] = [];
    for (let code = 1; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const char = String.fromCodePoint(code);
      if (/^\p{Unassigned}$/u.test(char)) continue;
      const fold = foldName(char);
      if (fold === char) continue;
      const isOneLetter =
        new RegExp(`^\\u{${code.toString(16)}}$`, 'iu').test(fold) || char.normalize('NFC') !== char;
      if (!isOneLetter || foldName(fold) !== fold) different.push(code.toString(16));
    }
    expect(different).toEqual([]);
  });

  it('puts all the letters of one folding together', () => {
    for (const letters of ['Kk\u212A', 'Ssſ', 'ΣσΣς', 'µμΜ', 'ẞß', 'Åå\u212B', 'ΙιΙ']) {
      expect(new Set(Array.from(letters, foldName)).size).toBe(1);
    }
  });

  it('gives every two letters that differ under simple case folding two foldings, and all others one', () => {
    const cased: string[] = [];
    for (let code = 1; code <= 0x10ffff; code++) {
      const char = String.fromCodePoint(code);
      if (/^[\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]$/u.test(char)) cased.push(char);
    }
    const foldings = new Set(cased.map(foldName).filter((fold) => [...fold].length === 1));
    const all = [...foldings].join('');
    const twice = [...foldings].filter(
      (fold) =>
        [...all.matchAll(new RegExp(`\\u{${fold.codePointAt(0)?.toString(16)}}`, 'giu'))].length !== 1,
    );
    expect(cased.length).toBeGreaterThan(2800);
    expect(twice).toEqual([]);
  });
});
