import type { ShownCode } from './read-problem';

/** What a person reads: short, plain, no blame, no code names. This table is what a translator gets. */
export interface Message {
  /** What happened. */
  what: string;
  /** What to do next. Where the API says how long to wait and `retry` is set, {@link tryAgainIn} stands here instead. */
  next: string;
  /** Whether the same request can succeed later. */
  retry: boolean;
  /** Whether a help desk will want the request id. */
  unexpected: boolean;
}

/** The person can mend it, or somebody else must: asking again changes nothing. */
const answer = (what: string, next: string): Message => ({ what, next, retry: false, unexpected: false });
/** Passes by itself. */
const passing = (what: string, next: string): Message => ({ what, next, retry: true, unexpected: false });
/** Ours to mend. */
const fault = (what: string, next: string, retry = false): Message => ({
  what,
  next,
  retry,
  unexpected: true,
});

export const MESSAGES: Record<ShownCode, Message> = {
  link_required: answer(
    'We need to know that the account here is yours.',
    'Sign in again, then type the password you used until now.',
  ),
  sign_in_expired: answer('That took a little too long.', 'Sign in again.'),
  invalid_credentials: answer('That name and password don’t match.', 'Check both and try again.'),
  mfa_required: answer(
    'Your organisation asks for a second step that this page can’t do yet.',
    'Contact your help desk and mention MFA.',
  ),
  password_expired: answer(
    'Your password has expired.',
    'Change it where you usually do, then sign in here with the new one.',
  ),
  account_locked: answer(
    'Your account is locked for a while after too many attempts.',
    'Wait a few minutes, or contact your help desk.',
  ),
  account_disabled: answer('Your account is switched off.', 'Contact your help desk to have it switched on.'),
  account_conflict: answer(
    'We couldn’t match your organisation’s account to one here.',
    'Contact your help desk; they can connect the two.',
  ),

  code_refused: answer(
    'That name and code don’t match, or the code has expired.',
    'Check both, or ask your help desk for a new code.',
  ),
  proof_refused: answer(
    'That isn’t the password you used here until now.',
    'Check it and try again, or contact your help desk.',
  ),
  password_refused: answer('That password is too easy to guess.', 'Choose another; your code is still good.'),

  present_password_wrong: answer(
    'That isn’t your present password.',
    'Type it again; if you’ve forgotten it, ask your help desk for a reset code.',
  ),
  new_password_refused: answer('That password is too easy to guess.', 'Choose another one.'),

  not_authenticated: answer('You’re not signed in.', 'Sign in to go on.'),
  token_invalid: answer('Your session has ended.', 'Sign in again to go on where you were.'),
  session_expired: answer('Your session has ended.', 'Sign in again to go on where you were.'),
  session_reused: answer(
    'Your session was used from two places, so we ended it to be safe.',
    'Sign in again to go on where you were.',
  ),
  session_idle: answer(
    'You were away for a while, so we signed you out.',
    'Sign in again to go on where you were.',
  ),
  session_over: answer(
    'Your session has lasted as long as it may, so it has ended.',
    'Sign in again to go on where you were.',
  ),
  signed_out_elsewhere: answer('You signed out in another tab.', 'Sign in again when you like.'),
  forbidden: answer(
    'This isn’t allowed from here.',
    'Open the portal at its usual address, or ask an administrator for access.',
  ),

  validation_failed: fault('We couldn’t use what was sent.', 'Check what you typed and try again.'),
  payload_too_large: answer('That’s more text than we can take.', 'Shorten it and try again.'),
  unsupported_media_type: fault('This page and the server don’t understand each other.', 'Reload the page.'),
  method_not_allowed: fault('This page and the server don’t understand each other.', 'Reload the page.'),
  not_found: answer('That isn’t here any more.', 'Go back, or start from the home page.'),
  version_conflict: answer('Somebody changed this while you had it open.', 'Reload to see their change.'),
  version_required: fault('This page and the server don’t understand each other.', 'Reload the page.'),

  rate_limited: passing('That was a few attempts too many.', 'Wait a minute and try again.'),
  service_busy: passing('Sign-in is busy right now.', 'Try again in a moment.'),
  service_unavailable: passing('The service isn’t available right now.', 'Try again in a few minutes.'),
  external_unavailable: passing(
    'Your organisation’s sign-in isn’t answering.',
    'Try again in a few minutes; your password is not the problem.',
  ),
  external_misconfigured: fault(
    'Your organisation’s sign-in gave an answer we can’t use.',
    'Contact your help desk and give them this number.',
    true,
  ),
  internal_error: fault(
    'Something went wrong on our side.',
    'Try again. If it happens again, contact your help desk.',
    true,
  ),

  offline: passing('You’re offline.', 'Check your connection and try again.'),
  unreachable: passing('We can’t reach the server.', 'Check your connection and try again.'),
  unreadable: fault(
    'We got an answer that we can’t read.',
    'Try again. If it happens again, contact your help desk.',
    true,
  ),
};

/**
 * Said on the sign-in page to whom has just chosen a new password. Where the provider checks the person's password, the
 * new one counts only after a way back, and the API's answer says nothing about sides.
 */
export const PASSWORD_CHANGED: Pick<Message, 'what' | 'next'> = {
  what: 'Your password was changed.',
  next: 'Sign in with the new one, or with the one before if it isn’t accepted. You were signed out everywhere else.',
};

/** Follows {@link Message.what} while the API asks for patience. */
export function tryAgainIn(seconds: number): string {
  return `Try again in ${inSeconds(seconds)}.`;
}

/** A session that cannot be renewed just now: nothing is lost, and nothing need be done. */
export const RENEWAL_TROUBLE = {
  offline: {
    what: 'You’re offline.',
    next: () => 'You stay signed in, and this page goes on by itself when the connection is back.',
  },
  other: {
    what: 'We can’t reach the service right now.',
    next: (seconds: number) =>
      seconds > 0
        ? `You’re still signed in. We’ll try again in ${inSeconds(seconds)}.`
        : 'You’re still signed in. Trying again…',
  },
} as const;

/** What is said a minute before a session ends. */
export interface EndingWords {
  heading: string;
  text: (seconds: number) => string;
  /** The button that goes on, and the one that does not. */
  go: string;
  leave: string;
}

export const ENDINGS: Record<'session_idle' | 'session_over', EndingWords> = {
  session_idle: {
    heading: 'Are you still there?',
    text: (seconds) =>
      `Nothing has happened here for a while. To keep your account safe, we’ll sign you out in ${inSeconds(seconds)}.`,
    go: 'Stay signed in',
    leave: 'Sign out',
  },
  session_over: {
    heading: 'Your session is about to end',
    text: (seconds) =>
      `It has lasted as long as it may and ends in ${inSeconds(seconds)}. Finish what you’re doing, or sign in again now.`,
    go: 'Sign in again',
    leave: 'Not yet',
  },
};

/** Read out while the seconds run. */
export function secondsLeftWords(seconds: number): string {
  return `${inSeconds(seconds)} left.`;
}

function inSeconds(seconds: number): string {
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}
