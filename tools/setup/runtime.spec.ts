import { isSuitable } from './runtime.mjs';

describe('a suitable Node', () => {
  it.each(['20.20.2', '22.22.3', '24.14.9', '25.9.0'])('is not %s', (node) => {
    expect(isSuitable({ node })).toBe(false);
  });

  it.each(['24.15.0', '24.21.0', '26.0.0'])('is %s', (node) => {
    expect(isSuitable({ node })).toBe(true);
  });
});
