import { mayHaveSession } from './may-have-session';

function page(cookie: string): Document {
  return new DOMParser().parseFromString(`<meta name="session-cookie" content="${cookie}">`, 'text/html');
}

describe('mayHaveSession', () => {
  it('believes the API when it says that there is no cookie', () => {
    expect(mayHaveSession(page('absent'))).toBe(false);
  });

  it.each(['present', 'unknown', 'SESSION_COOKIE', ''])('asks after %j', (word) => {
    expect(mayHaveSession(page(word))).toBe(true);
  });
});
