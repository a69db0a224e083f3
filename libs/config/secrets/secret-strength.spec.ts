import { randomBytes } from 'node:crypto';
import { estimatedBits } from './secret-strength';

const bytes = (count: number, byteAt: (at: number) => number) =>
  Buffer.from(Array.from({ length: count }, (_, at) => byteAt(at) & 0xff)).toString('base64');

describe('the strength of a secret', () => {
  it.each([
    ['equal characters', 'x'.repeat(32)],
    ['equal characters at great length', 'x'.repeat(4000)],
    ['two characters', 'abbabaabbbababaabbabaabaabbbabab'],
    ['eight characters', 'abchdefgahbgcfdehgfaedcbbdfhacge'],
    ['a short text again and again', 'Xk9$'.repeat(10)],
    ['digits in order', '0123456789'.repeat(4)],
    ['an alphabet', 'abcdefghijklmnopqrstuvwxyz012345'],
    [
      'steps of three, downwards',
      [...Array(32).keys()].map((at) => String.fromCharCode(126 - 2 * at)).join(''),
    ],
    ['hexadecimal digits in order', '0123456789abcdef0123456789abcdef'],
    ['a row of the keyboard', 'qwertyuiopasdfghjklzxcvbnm123456'],
    ['a placeholder', 'change-me-change-me-change-me-32'],
    ['another placeholder', 'CHANGE_ME_TO_A_LONG_RANDOM_SECRET'],
    ['a placeholder that somebody disguised', 'P@ssw0rd-S3cret-P@$$w0rd-t0ken-2026'],
    ['a sentence', 'this is the secret of our production'],
    ['a sentence in other letters', 'Это очень тайное слово нашего сервера'],
    ['a UUID', '7b1f4c9e-52d8-4a36-9c0b-e8f7315d264a'],
    ['hexadecimal digits in groups', '7b1f4c9e52d8:4a369c0be8f7:315d26'],
    ['columns of the keyboard', 'qazwsxedcrfvtgbyhnujmikolp123456'],
    ['digits only', '93847561029384750192837465019283'],
    ['a key of zeros', bytes(32, () => 0)],
    ['a key of a repeated byte', bytes(32, () => 0xa7)],
    ['a key that counts', bytes(32, (at) => at)],
    ['a key that counts in steps', bytes(32, (at) => 250 - 7 * at)],
    ['a key of two halves that are equal', bytes(32, (at) => [9, 200, 31, 77, 140, 5, 66, 250][at % 8] ?? 0)],
    ['a key of words', Buffer.from('change-me-change-me-change-me-32').toString('base64')],
    ['zeros in hexadecimal in base64', Buffer.from('00'.repeat(32)).toString('base64')],
    ['a text too short', randomBytes(12).toString('base64')],
  ])('is not enough for %s', (_what, secret) => {
    expect(estimatedBits(secret)).toBeLessThan(128);
  });

  it('is enough for what the guide’s commands make, whatever they make', () => {
    for (let round = 0; round < 200; round++) {
      for (const secret of [
        randomBytes(48).toString('base64'),
        randomBytes(32).toString('base64'),
        randomBytes(32).toString('base64url'),
        randomBytes(24).toString('hex'),
        randomBytes(16).toString('hex'),
      ])
        if (estimatedBits(secret) < 128) throw new Error(`refused: ${secret}`);
    }
  });
});
