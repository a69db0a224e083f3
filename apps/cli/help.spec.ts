import type { Command } from 'commander';
import { program } from './program';

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

describe('cutover --help', () => {
  const commands = all(program({ explainsMisuse: true }));

  it.each(commands.map((command) => [pathOf(command), command] as const))(
    '%s shows an example of itself and takes --json',
    (path, command) => {
      const help = helpOf(command);
      expect(help).toMatch(new RegExp(`Examples?:\\n(.*\\n)*? {2}${path} `));
      expect(help).toContain('--json');
    },
  );

  it.each([
    'db migrate',
    'db revert',
    'users add',
    'users sync',
    'users undo',
    'sessions revoke',
    'rollout set',
    'rollout promote',
    'rollout note',
    'rollout pin',
    'rollout unpin',
    'rollback',
    'keys rotate',
    'break-glass add',
    'break-glass remove',
    'audit export',
    'audit prune',
    'audit acknowledge',
    'backup',
    'restore',
    'rehearse',
    'cleanup apply',
    'cleanup unseal',
  ])('%s writes, and has a dry run', (path) => {
    const command = commands.find((candidate) => pathOf(candidate) === `cutover ${path}`);
    expect(command && helpOf(command)).toContain('--dry-run');
  });
});
