import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { progressBar } from './progress';

const streamThat = (isTTY: boolean) => {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 80 });
  return { stream, shown: () => stripVTControlCharacters(String(stream.read() ?? '')) };
};

function workedThrough(total: number, isTTY: boolean, hidden: boolean): string {
  const { stream, shown } = streamThat(isTTY);
  const bar = progressBar(total, { stream, hidden });
  for (let done = 0; done <= total; done++) bar.update(done);
  bar.update(total + 1); // what was overtaken is looked at twice
  bar.stop();
  return shown();
}

describe('the progress bar', () => {
  it('shows on a terminal how far the work is, and never more than all of it', () => {
    const shown = workedThrough(3, true, false);
    expect(shown).toContain('0 of 3');
    expect(shown).toContain('100 %  3 of 3');
    expect(shown).not.toContain('4 of 3');
  });

  it.each([
    ['without a terminal', 3, false, false],
    ['for a script', 3, true, true],
    ['where there is nothing to do', 0, true, false],
  ])('prints nothing %s', (_where, total, isTTY, hidden) => {
    expect(workedThrough(total, isTTY, hidden)).toBe('');
  });

  it('leaves Ctrl-C to the process', () => {
    const before = process.listenerCount('SIGINT');
    const bar = progressBar(3, { stream: streamThat(true).stream, hidden: false });
    expect(process.listenerCount('SIGINT')).toBe(before);
    bar.stop();
  });
});
