import type { Command } from 'commander';

const withParents = (command: Command): Command[] =>
  command.parent ? [command, ...withParents(command.parent)] : [command];

const optionsOf = (command: Command) =>
  withParents(command).flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short]));

/** Options that every command has, and none declares. */
const HELP = ['--help', '-h'];

/**
 * What is wrong with what is said of `cutover`: the words behind its name, up to whatever ends a command for a shell.
 * `…` and text in capitals stand for something; `a|b` for either.
 *
 * @returns one sentence, or null where all of it exists
 */
export function faultOf(program: Command, words: string[]): string | null {
  const [first = ''] = words;
  if (first.includes('|') && program.commands.length > 0) {
    return first.split('|').reduce<string | null>((fault, name) => fault ?? faultOf(program, [name]), null);
  }
  const child = program.commands.find((command) => command.name() === first);
  if (child) return faultOf(child, words.slice(1));
  if (program.commands.length > 0 && /^[a-z]/.test(first))
    return `no command "${first}" in ${program.name()}`;
  const known = [...optionsOf(program), ...HELP];
  const options = words
    .map((word) => /^\[?(--?[a-z][\w-]*)/.exec(word)?.[1])
    .filter((option) => option !== undefined);
  const unknown = options.find((option) => !known.includes(option));
  return unknown === undefined ? null : `${program.name()} has no option ${unknown}`;
}

/** Every long option of the tree. */
export const allOptions = (command: Command): string[] => [
  ...command.options.map(({ long }) => long ?? ''),
  ...command.commands.flatMap(allOptions),
];

/**
 * The command lines in a line of code, each as the words behind `cutover`. A line that begins with a command's name
 * alone (`restore --from FILE`) counts where what follows shows that it is meant as one.
 */
export function commandLines(text: string, program: Command): string[][] {
  const lines = [...text.matchAll(/(?:^|[\s"(=|])cutover ([^`"<>;&#]+)/g)].map(([, rest]) =>
    wordsOf(String(rest)),
  );
  if (lines.length > 0) return lines;
  const words = wordsOf(text);
  const command = program.commands.find((candidate) => candidate.name() === words[0]);
  const meant =
    command?.commands.some((child) => child.name() === words[1]) ||
    words.some((word) => word.startsWith('--'));
  return command && meant ? [words] : [];
}

/** Up to a pipe; `a|b` without spaces is one word. */
const wordsOf = (text: string) => String(text.split(/ \| /)[0]).trim().split(/\s+/);
