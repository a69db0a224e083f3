import { dirname, join, normalize } from 'node:path';
import { allOptions, commandLines, faultOf } from './command-lines';
import { CUTOVER, inSources, isWord, METRICS, ROUTES, SCRIPTS, SETTINGS } from './known-names';
import { FILES, isFile, read } from './workspace';
import { type Found, type MarkdownDocument, readMarkdown } from './markdown';

/** Every README too. What was, is for the change log alone to tell. */
const DOCUMENTS = FILES.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md').map((path) =>
  readMarkdown(path, read(path)),
);
const BY_PATH = new Map(DOCUMENTS.map((document) => [document.path, document]));

/** Files that appear by building, starting or running, and are not committed. */
const MADE = /^(dist|data|node_modules)\b/;
const TOP = /^(apps|libs|migrations|tools|docker|docs|\.ci)\//;

const everywhere = (part: (document: MarkdownDocument) => Found[], fault: (found: Found) => string | null) =>
  DOCUMENTS.flatMap((document) =>
    part(document).flatMap((found) => {
      const wrong = fault(found);
      return wrong === null ? [] : [`${found.at} ${wrong}`];
    }),
  );
const code = ({ code }: MarkdownDocument) => code;
const commands = ({ commands }: MarkdownDocument) => commands;
const words = (text: string, pattern: RegExp) => text.match(pattern) ?? [];

describe('documents name only what exists:', () => {
  it('links and anchors', () => {
    const broken = DOCUMENTS.flatMap(({ path, links, anchors }) =>
      links.flatMap(({ at, text }) => {
        if (/^[a-z]+:/.test(text)) return [];
        const [file = '', anchor] = text.split('#');
        const target = file === '' ? path : normalize(join(dirname(path), file));
        if (!isFile(target)) return [`${at} ${text}`];
        const known = target === path ? anchors : BY_PATH.get(target)?.anchors;
        return anchor === undefined || known?.has(anchor) ? [] : [`${at} #${anchor}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('commands of cutover and their options', () => {
    const wrong = everywhere(commands, ({ text }) =>
      commandLines(text, CUTOVER).reduce<string | null>(
        (fault, line) => fault ?? faultOf(CUTOVER, line),
        null,
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('options that are named alone', () => {
    // --openapi is the API's own, --single-transaction mysqldump's.
    const known = [...allOptions(CUTOVER), '--help', '--openapi', '--single-transaction'];
    expect(
      everywhere(code, ({ text }) =>
        /^--[a-z-]+/.test(text) && !known.includes(String(text.split(' ')[0])) ? text : null,
      ),
    ).toEqual([]);
  });

  it('settings', () => {
    const spelt = (text: string) =>
      text.replace(/\b([A-Z_]+_)\{([A-Z_,]+)\}/g, (_, start: string, ends: string) =>
        ends
          .split(',')
          .map((end) => start + end)
          .join(' '),
      );
    const name = /(?<![\w$/.-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;
    expect(
      everywhere(code, ({ text }) => words(spelt(text), name).find((word) => !SETTINGS.has(word)) ?? null),
    ).toEqual([]);
  });

  it('metrics with their labels, tables and cookies', () => {
    expect(
      everywhere(code, ({ text }) => {
        for (const [, name = '', labels = ''] of text.matchAll(/\b(cutover_\w+)(?:\{([^}]*)\})?/g)) {
          const known = METRICS.get(name);
          if (!known && !inSources(name)) return name;
          const used = words(labels, /\b[a-z_]+(?=\s*(?:[=!,]|$))/g);
          if (known && used.some((label) => !known.includes(label))) return `${name}{${labels}}`;
        }
        return null;
      }),
    ).toEqual([]);
  });

  it('codes, columns and other words with an underscore', () => {
    expect(
      everywhere(code, ({ text }) =>
        /^[a-z]+(_[a-z]+)+$/.test(text) && !isWord(text) && !METRICS.has(text) ? text : null,
      ),
    ).toEqual([]);
  });

  it('events of the audit trail, and columns with their table', () => {
    const exists = (text: string) => {
      const [first, second = ''] = text.split('.');
      return inSources(`'${text}'`) || (first === 'users' && isWord(second)) || isFile(text);
    };
    const file = /\.(md|m?ts|[cm]?js|jsonl?|s?css|html|ya?ml|env|txt|csv|sh|conf|service|local)$/;
    expect(
      // The reference of the API has fields of bodies of this form; openapi.json is where they come from.
      everywhere(code, ({ at, text }) =>
        /^[a-z_]+\.[a-z_]+$/.test(text) && !file.test(text) && !at.startsWith('docs/api.md:') && !exists(text)
          ? text
          : null,
      ),
    ).toEqual([]);
  });

  it('files and folders', () => {
    expect(
      everywhere(code, ({ text }) => {
        const path = text.replace(/:\d+$/, '');
        const named = TOP.test(path) && !/[\s*<{…]/.test(path);
        return named && !MADE.test(path) && !isFile(path) ? path : null;
      }),
    ).toEqual([]);
  });

  it('npm scripts', () => {
    expect(
      everywhere(
        commands,
        ({ text }) =>
          [...text.matchAll(/\bnpm (?:run )?([a-z:-]+)/g)]
            .map(([, name]) => String(name))
            .find((name) => !['ci', 'i', 'install', 'run'].includes(name) && !SCRIPTS.includes(name)) ?? null,
      ),
    ).toEqual([]);
  });

  it('routes of the API', () => {
    const asked = (path: string) => path.replace(/:(\w+)/g, '{$1}').replace(/[?#].*/, '');
    const known = (method: string, path: string) => ROUTES.get(asked(path))?.includes(method.toLowerCase());
    expect(
      everywhere(code, ({ text }) => {
        const [, method, path] =
          /^(GET|POST|PUT|PATCH|DELETE) (\/(?:api|health|metrics)[^\s|]*)$/.exec(text) ?? [];
        if (method === undefined || path === undefined) return null;
        return known(method, path) || /^\/api\/docs(-json)?$/.test(path) ? null : `${method} ${path}`;
      }),
    ).toEqual([]);
  });

  it('tests, by file and title', () => {
    const wrong = DOCUMENTS.flatMap(({ evidence }) =>
      evidence.flatMap(({ at, file, titles }) => {
        if (!isFile(file)) return [`${at} ${file}`];
        const source = read(file).replace(/\s+/g, ' ');
        const missing = titles.filter(
          (title) => !["'", '"', '`'].some((quote) => source.includes(quote + title + quote)),
        );
        return missing.map((title) => `${at} ${file} has no “${title}”`);
      }),
    );
    expect(wrong).toEqual([]);
  });
});
