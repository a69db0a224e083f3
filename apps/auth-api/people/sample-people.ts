import type { PersonInput } from './person';

/** The password of every sample person whom this side refuses. */
const REFUSED = 'Refused-For-A-Reason-1';

/** Who can sign in after a plain start. `npm start` and the tests rely on these. */
export const SAMPLE_PEOPLE: PersonInput[] = [
  { username: 'grace', name: 'Grace Hopper', password: 'Nanosecond-Wire-1952' },
  // Ada has another password in the local database: whichever side is asked must give its own answer.
  { username: 'ada', name: 'Ada Lovelace', password: 'Bernoulli-Numbers-1842' },
  { username: 'disabled', name: 'Dina Disabled', password: REFUSED, refusal: 50057 },
  { username: 'locked', name: 'Lukas Locked', password: REFUSED, refusal: 50053 },
  { username: 'expired', name: 'Eva Expired', password: REFUSED, refusal: 50055 },
  { username: 'mfa', name: 'Mia Factor', password: REFUSED, refusal: 50076 },
];
