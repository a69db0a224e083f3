import { idleTimeout } from './idle-timeout';

function page(seconds: string): Document {
  return new DOMParser().parseFromString(
    `<meta name="session-idle-timeout" content="${seconds}">`,
    'text/html',
  );
}

describe('idleTimeout', () => {
  it('is what the API wrote into the page, in milliseconds', () => {
    expect(idleTimeout(page('1800'))).toBe(1_800_000);
  });

  it.each(['SESSION_IDLE_TIMEOUT', '', '0', '-5', '1e9', 'soon'])('is unknown where it wrote %j', (words) => {
    expect(idleTimeout(page(words))).toBe(Infinity);
  });
});
