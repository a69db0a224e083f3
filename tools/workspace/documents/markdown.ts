/** A text of a document and where it stands: `docs/api.md:12`. */
export interface Found {
  at: string;
  text: string;
}

export interface MarkdownDocument {
  path: string;
  /** The anchors that links may point to, as GitHub makes them. */
  anchors: Set<string>;
  links: Found[];
  /** Inline code, and each line of the code blocks but for diagrams. */
  code: Found[];
  /** The lines of code blocks that a shell would read, and inline code. */
  commands: Found[];
  /** A spec file, and the titles that are quoted in “…” behind it. */
  evidence: { at: string; file: string; titles: string[] }[];
}

const FENCE = /^ *```(\w*)\n([\s\S]*?)^ *```/gm;
const INDENTED = /^ {4}(?=cutover |npx |npm |node |curl )(.*)$/gm;
const INLINE = /`([^`]+)`/g;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const EVIDENCE = /`([^`\s]+\.spec\.ts)`,?((?:\s*(?:,|and)?\s*“[^”]+”)+)/g;
const TITLE = /“([^”]+)”/g;

/** Reads what the check needs of a document; `path` is relative to the workspace. */
export function readMarkdown(path: string, source: string): MarkdownDocument {
  const at = (index: number) => `${path}:${source.slice(0, index).split('\n').length}`;
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const code: Found[] = [];
  const commands: Found[] = [];

  const prose = source
    .replace(FENCE, (block: string, language: string, body: string, index: number) => {
      const start = index + block.indexOf(body);
      if (language !== 'mermaid') {
        for (const line of linesOf(body.replace(/\\\n/g, '  '), at(start))) {
          code.push(line);
          commands.push(line);
        }
      }
      return blank(block);
    })
    .replace(INDENTED, (line: string, text: string, index: number) => {
      code.push({ at: at(index), text });
      commands.push({ at: at(index), text });
      return blank(line);
    });

  const links = [...prose.matchAll(LINK)].map((match) => ({ at: at(match.index), text: String(match[1]) }));
  for (const match of prose.matchAll(INLINE)) {
    const found = { at: at(match.index), text: String(match[1]).replace(/\s+/g, ' ') };
    code.push(found);
    commands.push(found);
  }
  const evidence = [...prose.matchAll(EVIDENCE)].map((match) => ({
    at: at(match.index),
    file: String(match[1]),
    titles: [...String(match[2]).matchAll(TITLE)].map(([, title]) => String(title).replace(/\s+/g, ' ')),
  }));
  return { path, anchors: anchorsOf(prose), links, code, commands, evidence };
}

function linesOf(body: string, start: string): Found[] {
  const [path, first] = start.split(':');
  return body
    .split('\n')
    .map((text, index) => ({ at: `${path}:${Number(first) + index}`, text: text.trim() }))
    .filter(({ text }) => text !== '');
}

/** Lower case, without punctuation, spaces as hyphens; the second of a name gets `-1`. */
function anchorsOf(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = String(heading)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
