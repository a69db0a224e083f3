import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number. @throws InvalidArgumentError for anything else */
export const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`Expects a whole number from ${least} to ${most}.`);
  }
  return value;
};

/** Reads names separated by commas. Spaces are part of a name, as everywhere; an empty text is nobody. */
export const names = (text: string) => text.split(',').filter((name) => name !== '');

/** The end of a command's help. */
export const examples = (...lines: string[]) =>
  ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
