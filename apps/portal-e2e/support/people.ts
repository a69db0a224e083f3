/** The sample people of `npm start`, and those of the stand-in whose sign-in is refused for a reason. */
export interface Person {
  username: string;
  password: string;
  name: string;
}

export const ADA: Person = { username: 'ada', password: 'Analytical-Engine-1843', name: 'Ada Lovelace' };
export const GRACE: Person = { username: 'grace', password: 'Nanosecond-Wire-1952', name: 'Grace Hopper' };

export const REFUSED_PASSWORD = 'Refused-For-A-Reason-1';
export const REFUSED = ['mfa', 'expired', 'locked', 'disabled'] as const;

/** Has nothing but a name in common with the account over there: one for each test that links one. */
export const UNPROVEN = ['jsmith', 'jsmith2', 'jsmith3', 'jsmith4'] as const;
export const UNPROVEN_PASSWORDS = { here: 'Anchor-Chain-Locker-61', overThere: 'Harbour-Lantern-58' };
