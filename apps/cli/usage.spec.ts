import { Cutover } from './testing/cutover';

describe('cutover, used or configured wrongly', () => {
  const cutover = new Cutover({ DATABASE_URL: 'sqlite:cutover.sqlite' });
  afterAll(() => cutover.remove());

  it.each([
    [[], 'Name a command; --help lists them.'],
    [['users', 'list', '--limit', 'ten'], 'Expects a whole number from 1'],
    [['rollout', 'set', 'all'], `required option '--reason <text>' not specified`],
  ])('exits with 64 for %j', async (args, reason) => {
    const refusal = await cutover.refusal(args);
    expect(refusal).toMatchObject({ exit: 64, stdout: '', code: 'usage' });
    expect(refusal.detail).toContain(reason);
  });

  it('explains misuse to a person in words', async () => {
    const { code, stderr } = await cutover.run(['db', 'migrte']);
    expect(code).toBe(64);
    expect(stderr).toContain('Did you mean migrate?');
    expect(stderr).toContain('--help');
  });

  it('takes --json before the command as well', async () => {
    const { code, stdout } = await cutover.run(['--json', 'db', 'status']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ applied: [], unknown: [] });
  });

  it('asks for db migrate where steps are pending, and finds nothing to do after it', async () => {
    const { code, stdout, stderr } = await cutover.run(['users', 'list']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Run "cutover db migrate" first.');
    await cutover.answer(['db', 'migrate']);
    expect((await cutover.run(['db', 'migrate'])).stdout).toBe('Nothing to do.\n');
  });

  it('exits with 78 for a configuration that cannot be used, without its values', async () => {
    const wrong = { DATABASE_URL: 'postgres://olga:Hidden-Value-1@example.org/db', PORT: 'Hidden-Value-2' };
    const refusal = await cutover.refusal(['db', 'status'], '', wrong);
    expect(refusal).toMatchObject({ exit: 78, code: 'configuration', stdout: '' });
    expect(refusal.detail).toMatch(/DATABASE_URL: .+\n {2}.*PORT: |PORT: .+\n {2}.*DATABASE_URL: /s);
    expect(cutover.output).not.toContain('Hidden-Value');
  });

  it('exits with 1 where the database does not answer, without the password to it', async () => {
    const wrong = { DATABASE_URL: 'mysql://olga:Hidden-Value-3@127.0.0.1:1/db' };
    const refusal = await cutover.refusal(['db', 'status'], '', wrong);
    expect(refusal).toMatchObject({ exit: 1, code: 'service_unavailable', stdout: '' });
    expect(refusal.detail).toContain('Check DATABASE_URL');
    expect(cutover.output).not.toContain('Hidden-Value');
  });
});
