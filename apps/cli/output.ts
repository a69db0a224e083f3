import type { Command } from 'commander';
import stringWidth from 'string-width';

/** Prints a result: as JSON where asked for, else as `text` puts it for a person. */
export function print<T>(command: Command, result: T, text: (result: T) => string): void {
  const json = command.optsWithGlobals()['json'] === true;
  process.stdout.write(`${json ? JSON.stringify(result) : visible(text(result))}\n`);
}

/**
 * What a terminal can show as it is. A legacy name may hold escape sequences, or turn the direction of writing, and
 * must not be able to make a line say something else, nor look like another one by what nobody sees.
 */
export const visible = (text: string) =>
  text.replace(
    /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]|(?!\ufe0f|(?<=\p{Extended_Pictographic}\ufe0f?)\u200d)\p{Default_Ignorable_Code_Point}/gu,
    escaped,
  );

const escaped = (char: string) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;

/** Rows under their headings, in columns as wide on a terminal as they need to be. */
export function table(headings: string[], rows: string[][]): string {
  const lines = [headings, ...rows].map((row) => row.map((cell) => visible(cell.replaceAll('\n', '\\n'))));
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => stringWidth(line[column] ?? ''))),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const padded = (cell: string, width: number) => cell + ' '.repeat(width - stringWidth(cell));
