import type { AccountFact, ExternalAccountState } from '../../external-accounts/external-account-state';
import { foldName, namesEqual } from '../../names/fold-name';
import { isAddress } from '../../names/is-address';
import type { DirectoryAccount } from '../export/directory-account';
import type { Directory, NamedPerson } from './directory';
import { factOf, type Person } from './person';

/**
 * - `keep`: linked already
 * - `link`: proven, and applied
 * - `propose`: plausible; needs the operator's approval
 * - `ambiguous`: more than one on either side
 * - `review`: the proofs contradict each other, or what is known
 * - `none`: no account that they could sign in with
 */
export const ACTIONS = ['keep', 'link', 'propose', 'ambiguous', 'review', 'none'] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * - `username_upn`: the username is the whole UPN
 * - `name_and_email`: the username is the UPN's local part, and both sides have the same e-mail address
 * - `username_local_part`, `email`: that alone, which an operator must say yes to
 */
export const PROOFS = [
  'already_linked',
  'username_upn',
  'name_and_email',
  'username_local_part',
  'email',
] as const;
export type Proof = (typeof PROOFS)[number];

export interface Policy {
  /** The export holds the whole directory: who is missing from it is gone. */
  complete: boolean;
  acceptEmailMatches: boolean;
  acceptNameMatches: boolean;
  /** `EXTERNAL_AUTH_USERNAME_DOMAIN`, folded: that of the accounts which plain usernames open; `null` where none is set. */
  usernameDomain: string | null;
  /** Folded. */
  verifiedDomains: ReadonlySet<string>;
  /** Ids of the administrators whom the operator named. */
  admins: ReadonlySet<number>;
}

export interface Verdict {
  action: Action;
  proof: Proof | null;
  /** In words, for the operator. */
  reason: string;
  /** The account in question, where it is one. */
  account: DirectoryAccount | null;
  /** `null`: the export says nothing of it. */
  state: ExternalAccountState | null;
}

/** What a sync does about one person, and why (design section 4, docs/adr). */
export function grade(person: Person, directory: Directory, policy: Policy): Verdict {
  if (person.externalUserId !== null) return gradeLinked(person, person.externalUserId, directory, policy);
  const namesakes = others(directory.called(person.username), person);
  if (namesakes) return verdict('ambiguous', null, `${namesakes} has the same username: rename all but one`);
  const [account, second] = directory.named(person.username);
  if (!account) return gradeByEmail(person, directory, policy);
  if (second)
    return verdict('ambiguous', null, `more than one account has this name: ${account.upn}, ${second.upn}`);
  return gradeByName(person, account, directory, policy);
}

/**
 * What is remembered of the verdict: what was known stays where nothing was learned. An account once known is not
 * forgotten when another takes its name.
 */
export function factAfter(
  { account: known }: Person,
  { action, account, state }: Verdict,
): AccountFact | null {
  if (state === null) return known && factOf(known);
  const certain = action === 'review' || account === null ? known : account;
  return { state, objectId: certain?.objectId ?? null, upn: certain?.upn ?? null };
}

function gradeLinked(
  person: Person,
  externalUserId: string,
  directory: Directory,
  { complete }: Policy,
): Verdict {
  const account = directory.byObjectId(externalUserId.toLowerCase());
  if (account)
    return account.enabled
      ? verdict('keep', 'already_linked', 'linked already', account, 'usable')
      : verdict(
          'keep',
          'already_linked',
          'linked already; disabled on the external side',
          account,
          'disabled',
        );
  const successor = successorOf(person, directory);
  if (successor)
    return verdict(
      'review',
      null,
      `account_conflict: ${successor.upn} has another object id now than the one linked`,
      successor,
      hasLeft(person) ? null : 'ambiguous',
    );
  return complete
    ? verdict('review', null, 'linked to an account that is gone from the directory', null, 'gone')
    : verdict('review', null, 'linked to an account that the export does not hold', null, null);
}

/** Another account that is the person's by everything but the object id: deleted and made again, or somebody else's. */
function successorOf(
  { username, email, account, azureEmail }: Person,
  directory: Directory,
): DirectoryAccount | undefined {
  const names = [username, account?.upn, azureEmail].filter((name) => name != null);
  return [
    ...names.flatMap((name) => directory.named(name)),
    ...(email === null ? [] : directory.mailed(email)),
  ].find(({ objectId }) => directory.linkedTo(objectId).length === 0);
}

/** What keeps somebody out is not forgotten because an account turns up that may be anybody's. */
const hasLeft = ({ account }: Person) => account?.state === 'disabled' || account?.state === 'gone';

function gradeByName(
  person: Person,
  account: DirectoryAccount,
  directory: Directory,
  policy: Policy,
): Verdict {
  const proof = proofByName(person, account);
  const taken = others(directory.linkedTo(account.objectId), person);
  if (taken) return verdict('review', null, `${account.upn} is linked to ${taken}`, account);
  const claimant = others(directory.claiming(account), person);
  if (claimant) return verdict('ambiguous', null, `${account.upn} is also the name of ${claimant}`, account);
  const objection = identityChanged(account, directory) ?? emailPointsElsewhere(person, account, directory);
  if (objection) return verdict('review', null, objection, account);
  const unusable = unusableBecause(account);
  if (unusable) return verdict('none', proof, unusable.reason, account, unusable.state);
  if (proof === 'username_local_part') return gradeByNameAlone(person, account, policy);
  if (person.role === 'admin' && !policy.admins.has(person.id))
    return verdict('propose', proof, 'an administrator: linked only when named with --link-admins', account);
  const besides = proof === 'name_and_email' ? ', and the e-mail addresses are equal' : '';
  return verdict('link', proof, `the username is ${account.upn}${besides}`, account, 'usable');
}

function proofByName({ username, email }: Person, { upn, mail }: DirectoryAccount): Proof {
  if (namesEqual(username, upn)) return 'username_upn';
  return email !== null && mail !== null && namesEqual(email, mail)
    ? 'name_and_email'
    : 'username_local_part';
}

/** Two people can have one name: in another domain, or one after the other. */
function gradeByNameAlone(person: Person, account: DirectoryAccount, policy: Policy): Verdict {
  const proof = 'username_local_part';
  const objection = unfitForName(person, account, policy);
  if (objection) return verdict('review', proof, objection, account);
  return policy.acceptNameMatches
    ? verdict('link', proof, `the username is the local part of ${account.upn}`, account, 'usable')
    : verdict(
        'propose',
        proof,
        `only the local part of ${account.upn} says so: --accept-name-matches links it`,
        account,
      );
}

function unfitForName(
  { role, email }: Person,
  { upn, mail, userType }: DirectoryAccount,
  { usernameDomain, verifiedDomains }: Policy,
): string | null {
  if (email !== null && isAddress(email) && mail !== null)
    return `the name says ${upn}, and the e-mail addresses differ`;
  if (role === 'admin') return `an administrator is never linked by the local part of ${upn} alone`;
  if (userType !== 'member') return `${upn} says no userType`;
  const domain = upn.slice(upn.lastIndexOf('@') + 1);
  if (usernameDomain !== null && foldName(domain) !== usernameDomain)
    return `plain usernames are of ${usernameDomain} (EXTERNAL_AUTH_USERNAME_DOMAIN), and ${upn} is not`;
  return verifiedDomains.has(foldName(domain)) ? null : `the domain ${domain} is not verified`;
}

function gradeByEmail(person: Person, directory: Directory, policy: Policy): Verdict {
  const { email } = person;
  const [account, second] = email === null ? [] : directory.mailed(email);
  if (email === null || !account)
    return verdict('none', null, 'no account has this name or e-mail address', null, 'none');
  if (second)
    return verdict(
      'ambiguous',
      null,
      `more than one account has this e-mail address: ${account.upn}, ${second.upn}`,
    );
  const sharing = others(directory.withEmail(email), person);
  if (sharing) return verdict('ambiguous', null, `${sharing} has the same e-mail address`, account);
  const taken = others([...directory.linkedTo(account.objectId), ...directory.claiming(account)], person);
  if (taken)
    return verdict(
      'review',
      null,
      `the account with this e-mail address, ${account.upn}, is ${taken}'s`,
      account,
    );
  const objection = identityChanged(account, directory);
  if (objection) return verdict('review', null, objection, account);
  const unusable = unusableBecause(account);
  if (unusable) return verdict('none', 'email', unusable.reason, account, unusable.state);
  const unfit = unfitForEmail(person, account, email, policy);
  if (unfit) return verdict('none', 'email', unfit, account, 'ambiguous');
  return policy.acceptEmailMatches
    ? verdict('link', 'email', `the e-mail address is that of ${account.upn}`, account, 'usable')
    : verdict(
        'propose',
        'email',
        'only the e-mail address says so: --accept-email-matches links it',
        account,
      );
}

function unfitForEmail(
  { role }: Person,
  { userType }: DirectoryAccount,
  email: string,
  { verifiedDomains }: Policy,
): string | null {
  if (role === 'admin') return 'an administrator is never linked by e-mail';
  if (userType !== 'member') return 'the account with this e-mail address says no userType';
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (!verifiedDomains.has(foldName(domain)))
    return `the domain ${domain} of the e-mail address is not verified`;
  return null;
}

const identityChanged = (account: DirectoryAccount, directory: Directory) =>
  directory.knownOtherwise(account) ? `${account.upn} was known with another object id` : null;

/** An address that is unique on both sides, and somebody else's over there or here. */
function emailPointsElsewhere(
  person: Person,
  account: DirectoryAccount,
  directory: Directory,
): string | null {
  if (person.email !== null && directory.withEmail(person.email).length === 1) {
    const [mailed, second] = directory.mailed(person.email);
    if (mailed && !second && mailed.objectId !== account.objectId)
      return `the name says ${account.upn}, the e-mail address ${mailed.upn}`;
  }
  if (account.mail !== null && directory.mailed(account.mail).length === 1) {
    const holders = directory.withEmail(account.mail);
    const holder = others(holders, person);
    if (holders.length === 1 && holder) return `the e-mail address of ${account.upn} is ${holder}'s`;
  }
  return null;
}

function unusableBecause({ upn, enabled, userType }: DirectoryAccount) {
  if (userType === 'guest') return { state: 'guest', reason: `${upn} is a guest` } as const;
  if (!enabled) return { state: 'disabled', reason: `${upn} is disabled` } as const;
  return null;
}

/** The first who is not the person themselves: `ada (id 7)`. */
function others(people: NamedPerson[], { id }: Person): string | null {
  const other = people.find((person) => person.id !== id);
  return other ? `${other.username} (id ${other.id})` : null;
}

const verdict = (
  action: Action,
  proof: Proof | null,
  reason: string,
  account: DirectoryAccount | null = null,
  state: ExternalAccountState | null = 'ambiguous',
): Verdict => ({ action, proof, reason, account, state });
