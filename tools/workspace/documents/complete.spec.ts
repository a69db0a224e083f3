import { apiReference } from '../../documents/api-reference.mjs';
import { COMMON, ROUTE_CODES, WITH_BEARER, WITH_BODY } from '../../documents/route-codes.mjs';
import { readMarkdown } from './markdown';
import { FILES, read, source } from './workspace';

const { PROBLEMS } = source<{ PROBLEMS: Record<string, { status: number; title: string }> }>(
  'libs/contracts/problem',
);
const { AADSTS_CLASSES } = source<{ AADSTS_CLASSES: ReadonlyMap<number, string> }>(
  'libs/external-auth/refusal/aadsts-classes',
);

const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| -/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );

describe('docs/api.md', () => {
  it('is what `npm run openapi` makes of openapi.json', () => {
    expect(read('docs/api.md')).toBe(apiReference(JSON.parse(read('openapi.json'))));
  });

  it('tells of codes of routes that both exist', () => {
    const { paths } = JSON.parse(read('openapi.json')) as { paths: Record<string, object> };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(ROUTE_CODES).filter((route) => !routes.includes(route))).toEqual([]);
    const codes = [...Object.values(ROUTE_CODES).flat(), ...COMMON, ...WITH_BODY, ...WITH_BEARER];
    expect(codes.filter((code) => !(code in PROBLEMS))).toEqual([]);
  });
});

describe('docs/troubleshooting.md', () => {
  const text = read('docs/troubleshooting.md');

  it('explains every problem code, with its status, and no other', () => {
    const explained = [...text.matchAll(/^### `(\w+)` \((\d+)\)$/gm)].map(
      ([, code, status]) => `${code} ${status}`,
    );
    expect(explained.sort()).toEqual(
      Object.entries(PROBLEMS)
        .map(([code, { status }]) => `${code} ${status}`)
        .sort(),
    );
  });

  it('has a row for every AADSTS number that the code knows, under what it means, and for no other', () => {
    const rows = rowsOf(text).filter(([number = '']) => /^\d{5,7}$/.test(number));
    expect(rows.map(([number, meaning]) => `${number} ${meaning}`).sort()).toEqual(
      [...AADSTS_CLASSES].map(([number, meaning]) => `${number} \`${meaning}\``).sort(),
    );
  });
});

describe('docs/security.md', () => {
  const rows = rowsOf(read('docs/security.md')).filter(([id = '']) => /^\d+\.\d+\.\d+$/.test(id));

  it('goes through the five chapters of ASVS 5.0.0 without a gap', () => {
    const ends = new Map<string, number>();
    for (const [id = ''] of rows) {
      const [chapter, section, item] = id.split('.');
      const before = ends.get(`${chapter}.${section}`) ?? 0;
      expect(`${id} after ${before}`).toBe(`${id} after ${Number(item) - 1}`);
      ends.set(`${chapter}.${section}`, Number(item));
    }
    const inChapter = (chapter: string) => rows.filter(([id = '']) => id.startsWith(`${chapter}.`)).length;
    // As counted in the standard's own list, 5.0/docs_en of OWASP/ASVS, release 5.0.0.
    expect(['6', '7', '9', '10', '13'].map(inChapter)).toEqual([47, 19, 7, 36, 21]);
  });

  it('lists what levels 1 and 2 lack, each with what brings it, and nothing else', () => {
    const [, section = ''] = read('docs/security.md').split('### What levels 1 and 2 lack\n');
    const [listed = ''] = section.split('\n### ');
    const lacking = rows.flatMap(([id = '', asks = '', verdict = '']) => {
      const level = /\(([12])\)$/.exec(asks)?.[1];
      return level && ['not met', 'partly'].includes(verdict) ? [`${id} at level ${level}`] : [];
    });
    const named = rowsOf(listed)
      .slice(1)
      .map(([what = '', level, brings = '']) => {
        expect(brings).toMatch(/\w/);
        return `${what.split(' ')[0]} at level ${level}`;
      });

    expect(named.sort()).toEqual(lacking.sort());
  });

  it('says of each item whether it is met, and names a test or a document where it is', () => {
    const verdicts = ['met', 'partly', 'not met', 'not applicable'];
    expect(rows.filter(([, , verdict = '']) => !verdicts.includes(verdict))).toEqual([]);
    const unproven = rows.filter(
      ([, , verdict, evidence = '']) => verdict === 'met' && !/\.spec\.ts` “|\]\([^)]*\.md/.test(evidence),
    );
    expect(unproven).toEqual([]);
  });
});

describe('docs/proposal/tasks.md', () => {
  const tasks = read('docs/proposal/tasks.md')
    .split(/\n(?=- \[|#)/)
    .filter((block) => block.startsWith('- ['));

  it('closes each task by a test or a document', () => {
    expect(tasks.length).toBeGreaterThan(20);
    expect(tasks.filter((task) => !/\.spec\.ts` “|\]\([^)]*\.md/.test(task.replace(/\s+/g, ' ')))).toEqual(
      [],
    );
  });
});

describe('docs/README.md', () => {
  it('leads to every document', () => {
    const linked = readMarkdown('docs/README.md', read('docs/README.md')).links.map(
      ({ text }) => text.split('#')[0],
    );
    const documents = FILES.filter((path) => /^docs\/.*\.md$/.test(path) && !path.startsWith('docs/adr/'));
    const missing = documents
      .map((path) => path.slice('docs/'.length))
      .filter((path) => path !== 'README.md' && !linked.includes(path));
    expect(missing).toEqual([]);
  });
});
