import type { Command } from 'commander';

/** The account's name, as an argument or as `--user`. */
export function accountName(
  argument: string | undefined,
  option: string | undefined,
  command: Command,
): string {
  const name = argument ?? option;
  if (name === undefined || (argument !== undefined && option !== undefined))
    command.error('error: name the account once: NAME or --user NAME');
  return name;
}
