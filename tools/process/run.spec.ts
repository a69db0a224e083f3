import { run } from './run.mjs';

const node = (script: string, options = {}) => run(process.execPath, ['-e', script], options);

describe('running a program', () => {
  it('keeps its exit code, its standard output alone, and everything it printed', async () => {
    const result = await node('console.log("out"); console.error("err"); process.exit(3)');

    expect(result).toMatchObject({ code: 3, stdout: 'out\n' });
    expect(result.output).toContain('err\n');
  });

  it('hands it an input', async () => {
    const { stdout } = await node('process.stdin.pipe(process.stdout)', { input: 'secret' });

    expect(stdout).toBe('secret');
  });

  it('answers 127 for a program that does not exist, as a shell does', async () => {
    expect((await run('no-such-program', [])).code).toBe(127);
  });

  it('ends it, and what it started, after the timeout', async () => {
    // Whatever was started holds the same standard output: the run is over only when all of them have ended.
    const endless = 'setInterval(() => {}, 1000)';
    const { code } = await node(
      `require('child_process').spawn(process.execPath, ['-e', '${endless}'], { stdio: 'inherit' }); ${endless}`,
      { timeout: 700 },
    );

    expect(code).not.toBe(0);
  });
});
