import { ValidationFailed } from '@cutover/contracts';
import { VersionRequired } from './errors';
import { entityTag, versionOf } from './if-match';

describe('If-Match', () => {
  it('names the version that ETag answered', () => {
    for (const version of [0, 1, 4711]) expect(versionOf(entityTag(version))).toBe(version);
    expect(versionOf(' "3" ')).toBe(3);
  });

  it('must be there', () => {
    expect(() => versionOf(undefined)).toThrow(VersionRequired);
  });

  it.each(['*', '3', 'W/"3"', '"3", "4"', '"-1"', '"03x"', '""', '"99999999999"'])('refuses %s', (header) => {
    expect(() => versionOf(header)).toThrow(ValidationFailed);
  });
});
