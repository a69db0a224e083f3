/** A word, quoted text, comment or sign of a statement, and how many parentheses are open around it. */
export interface Token {
  text: string;
  start: number;
  end: number;
  depth: number;
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$]+|\S/gu;

/** Enough of SQL to find a clause without mistaking the inside of a comment, a string or an expression for it. */
export function tokensOf(sql: string): Token[] {
  let depth = 0;
  return Array.from(sql.matchAll(TOKEN), ({ 0: text, index: start }) => {
    if (text === ')') depth--;
    const token = { text, start, end: start + text.length, depth };
    if (text === '(') depth++;
    return token;
  });
}

export const isWord = (token: Token | undefined, word: string) => token?.text.toUpperCase() === word;

export const isComment = ({ text }: Token) => text.startsWith('--') || text.startsWith('/*');

/** The place of `NOT NULL` outside every parenthesis that opens after the first token. */
export function findNotNull(tokens: Token[]): { not: Token; null: Token } | null {
  const words = tokens.filter((token) => !isComment(token));
  for (const [index, not] of words.entries()) {
    const next = words[index + 1];
    if (not.depth === words[0]?.depth && isWord(not, 'NOT') && next && isWord(next, 'NULL'))
      return { not, null: next };
  }
  return null;
}

/** A name as it is spelt inside any of the engines' quotes, in lower case. */
export const nameOf = (text: string) => text.replace(/^["'`[]|["'`\]]$/g, '').toLowerCase();
