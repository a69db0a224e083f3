import { run } from './run';

describe('run, in this process', () => {
  let stderr = '';

  beforeEach(() => {
    stderr = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      stderr += String(chunk);
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['db', /^Name a command/],
    ['users remove', /^unknown command 'remove'/],
    ['db revert --steps 0', /Expects a whole number from 1/],
    ['db revert --steps 1e3', /Expects a whole number from 1/],
    ['users list --limit -1', /Expects a whole number from 1/],
    ['users list --problems --limit 5', /cannot be used with/],
    ['users add --username ada', /--password-stdin or --no-password/],
    ['users add --username ada --no-password --password-stdin', /cannot be used with/],
    ['users add --username ada --no-password --role root', /Allowed choices are user, admin/],
    ['rollout set on --reason x', /Allowed choices are off, shadow, test-users, percent, all/],
    ['rollout set all --reason x --percent 101', /from 0 to 100/],
    ['rollout pin ada west', /Allowed choices are local, external/],
    ['rollout pin ada', /missing required argument 'side'/],
    ['rollout unpin ada bob', /too many arguments/],
    ['keys rotate --batch 0', /Expects a whole number from 1/],
  ])('refuses "%s" as wrong usage before anything is read or opened', async (line, reason) => {
    expect(await run(['node', 'cutover', ...line.split(' '), '--json'])).toBe(64);
    const { error } = JSON.parse(stderr) as { error: { code: string; detail: string } };
    expect(error).toEqual({ code: 'usage', detail: expect.stringMatching(reason) });
  });
});
