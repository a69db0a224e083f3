import { GRACE, REFUSED, UNPROVEN, UNPROVEN_PASSWORDS } from './people';
import { cutover, type Stack } from './stack';

/**
 * Gives the stand-in's refused people a row here, and people whom nothing but their name connects with one, and sends them
 * to the external side, as an operator would.
 */
export async function addPeople(directory: string): Promise<void> {
  const place = { cwd: directory, env: { PATH: process.env['PATH'] } };
  const add = (name: string) =>
    cutover(
      ['users', 'add', '--username', name, '--email', `${name}@contoso.example`, '--no-password'],
      place,
    );
  const addUnproven = (name: string) =>
    cutover(['users', 'add', '--username', name, '--password-stdin'], {
      ...place,
      input: UNPROVEN_PASSWORDS.here,
    });
  await Promise.all([...REFUSED.map(add), ...UNPROVEN.map(addUnproven)]);
  const users = [GRACE.username, ...REFUSED, ...UNPROVEN].join(',');
  await cutover(['rollout', 'set', 'test-users', '--users', users, '--reason', 'Browser tests'], place);
}

/** Tells the stand-in who they are there: it remembers nobody but its sample people when it starts. */
export async function tellStandIn({ standInUrl }: Stack): Promise<void> {
  const people = UNPROVEN.map((username) => ({
    username,
    password: UNPROVEN_PASSWORDS.overThere,
    name: 'Jane Smith',
  }));
  const answer = await fetch(`${standInUrl}/control/people`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ people }),
  });
  if (!answer.ok) throw new Error(`the stand-in takes no people: ${answer.status}`);
}
