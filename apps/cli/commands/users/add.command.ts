import { type Role, ROLES } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import { LocalPasswords, type NewUser, PasswordChecker, passwordFault, UserRepository } from '@cutover/users';
import { Command, Option } from 'commander';
import { operator } from '../../operator';
import { examples } from '../../options';
import { print } from '../../output';
import { withCurrentSchema } from '../../with-context';
import { readPassword } from './password';

interface AddOptions {
  username: string;
  email?: string;
  fullName?: string;
  role: Role;
  passwordStdin?: true;
  password: boolean;
  dryRun?: boolean;
}

export function addCommand(): Command {
  return new Command('add')
    .description('add a person; the first administrator is made this way')
    .requiredOption('--username <name>', 'the name to sign in with')
    .option('--email <address>', 'e-mail address')
    .option('--full-name <name>', 'the name to be shown until the external side says another')
    .addOption(new Option('--role <role>', 'what the person may do').choices(ROLES).default('user'))
    .option(
      '--password-stdin',
      'read the local password from standard input (one line, at least 15 characters)',
    )
    .addOption(
      new Option(
        '--no-password',
        'no local password: the person can sign in through the external side only',
      ).conflicts('passwordStdin'),
    )
    .option('--dry-run', 'check everything and add nobody')
    .addHelpText(
      'after',
      examples(
        'cutover users add --username olga --email olga@example.org --role admin --password-stdin < password.txt',
      ),
    )
    .action(async (options: AddOptions, command: Command) => {
      if (options.password && !options.passwordStdin) {
        command.error('error: say how the person signs in: --password-stdin or --no-password');
      }
      const { dryRun = false } = options;
      const person: NewUser = {
        username: options.username,
        email: options.email ?? null,
        fullName: options.fullName ?? null,
        role: options.role,
      };
      const password = options.passwordStdin
        ? await readPassword((typed) => passwordFault(typed, options.username))
        : null;
      const id = dryRun ? await check(person, password) : await add(person, password);
      print(command, { dryRun, user: { id, ...person } }, () =>
        dryRun
          ? `Would add ${person.username} (${person.role}).`
          : `Added ${person.username} (${person.role}) with id ${id}.`,
      );
    });
}

async function check(person: NewUser, password: string | null): Promise<null> {
  await withCurrentSchema(async (context) => {
    if (password !== null) await context.get(LocalPasswords, { strict: false }).assertExist();
    await context.get(UserRepository, { strict: false }).assertCreatable(person);
  });
  return null;
}

function add(person: NewUser, password: string | null): Promise<number> {
  return withCurrentSchema(async (context) => {
    const users = context.get(UserRepository, { strict: false });
    await users.assertCreatable(person);
    const hashedPassword =
      password === null ? null : await context.get(PasswordChecker, { strict: false }).hash(password);
    return context.get(Database, { strict: false }).transaction(async () => {
      const { id } = await users.create({ ...person, hashedPassword });
      await context.get(AuditTrail, { strict: false }).record({
        action: 'user.added',
        actor: operator().name,
        subject: `user:${id}`,
        outcome: 'success',
        detail: { role: person.role },
      });
      return id;
    });
  });
}
