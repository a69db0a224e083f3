import { GRACE, REFUSED } from './people';
import { cutover } from './stack';

/** Gives the stand-in's refused people a row here and sends them to the external side, as an operator would. */
export async function addRefusedPeople(directory: string): Promise<void> {
  const place = { cwd: directory, env: { PATH: process.env['PATH'] } };
  const add = (name: string) =>
    cutover(
      ['users', 'add', '--username', name, '--email', `${name}@contoso.example`, '--no-password'],
      place,
    );
  await Promise.all(REFUSED.map(add));
  const users = [GRACE.username, ...REFUSED].join(',');
  await cutover(['rollout', 'set', 'test-users', '--users', users, '--reason', 'Browser tests'], place);
}
