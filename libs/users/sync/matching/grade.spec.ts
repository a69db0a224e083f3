import { foldName } from '../../names/fold-name';
import { readAccount } from '../export/directory-account';
import { type ExportedUser, exported, objectId } from '../testing/export-lines';
import { Directory } from './directory';
import { factAfter, grade, type Policy } from './grade';
import type { Person } from './person';

const person = (id: number, username: string, rest: Partial<Person> = {}): Person => ({
  id,
  username,
  email: null,
  role: 'user',
  active: true,
  externalUserId: null,
  account: null,
  azureEmail: null,
  hasPassword: true,
  pin: null,
  breakGlass: false,
  departure: null,
  ...rest,
});
const known = (number: number, upn: string) => ({
  state: 'usable' as const,
  objectId: objectId(number),
  upn,
  seenAt: 1,
  runId: 'run',
});

/** What becomes of the first of the people. */
function graded(people: Person[], accounts: ExportedUser[], policy: Partial<Policy> = {}) {
  const directory = new Directory();
  try {
    accounts.forEach((account, index) => {
      const read = readAccount(account, index + 2);
      if ('fault' in read) throw new Error(read.fault);
      directory.addAccount(read.account);
    });
    for (const one of people) directory.addPerson(one);
    directory.complete();
    const first = people[0] ?? person(0, '');
    const verdict = grade(first, directory, {
      complete: false,
      acceptEmailMatches: false,
      acceptNameMatches: false,
      usernameDomain: null,
      verifiedDomains: directory.memberDomains(),
      admins: new Set(),
      ...policy,
    });
    const { action, proof, state, reason } = verdict;
    return { is: `${action} ${proof} ${state}`, reason, fact: factAfter(first, verdict) };
  } finally {
    directory.close();
  }
}

const MAIL = 'ada@contoso.example';
const ADA = exported(1, MAIL, { mail: MAIL });
const ELSEWHERE = exported(2, 'a.lovelace@contoso.example', { mail: MAIL });
const ACCEPTED = { acceptEmailMatches: true };
const NAMES_ACCEPTED = { acceptNameMatches: true };

describe('a username', () => {
  it.each<[string, Person[], ExportedUser[], string]>([
    ['that is the local part', [person(1, 'ada')], [ADA], 'link username_local_part usable'],
    ['that is the UPN', [person(1, MAIL)], [ADA], 'link username_upn usable'],
    [
      'in another case',
      [person(1, 'ADA')],
      [exported(1, 'aDa@Contoso.example')],
      'link username_local_part usable',
    ],
    [
      'in another normal form',
      [person(1, 'jose\u0301')],
      [exported(1, 'JOSÉ@contoso.example')],
      'link username_local_part usable',
    ],
    [
      'in another script',
      [person(1, '李小龍')],
      [exported(1, '李小龍@contoso.example')],
      'link username_local_part usable',
    ],
    [
      'that differs by an accent',
      [person(1, 'jose')],
      [exported(1, 'josé@contoso.example')],
      'none null none',
    ],
    ['that differs by a space', [person(1, 'ada ')], [ADA], 'none null none'],
    [
      'that only full folding makes equal',
      [person(1, 'strasse')],
      [exported(1, 'straße@contoso.example')],
      'none null none',
    ],
    ['that is the start of another', [person(1, 'ad')], [ADA], 'none null none'],
    ['that is blank', [person(1, '')], [ADA], 'none null none'],
    [
      'of an inactive person',
      [person(1, 'ada', { active: false })],
      [ADA],
      'link username_local_part usable',
    ],
    [
      'with an e-mail address that says nothing',
      [person(1, 'ada', { email: 'n/a' })],
      [ADA],
      'link username_local_part usable',
    ],
    [
      'with another e-mail address than the account',
      [person(1, 'ada', { email: 'ada@home.example' })],
      [ADA],
      'review username_local_part ambiguous',
    ],
    [
      'of an account without a type',
      [person(1, 'ada')],
      [{ ...ADA, userType: '' }, exported(2, 'b@contoso.example')],
      'review username_local_part ambiguous',
    ],
    [
      'of a disabled account',
      [person(1, 'ada')],
      [{ ...ADA, accountEnabled: false }],
      'none username_local_part disabled',
    ],
    ['of a guest', [person(1, 'ada')], [{ ...ADA, userType: 'Guest' }], 'none username_local_part guest'],
    [
      'of an administrator',
      [person(1, 'ada', { role: 'admin' })],
      [ADA],
      'review username_local_part ambiguous',
    ],
    [
      'of an administrator with the e-mail address of the account',
      [person(1, 'ada', { role: 'admin', email: MAIL })],
      [ADA],
      'propose name_and_email ambiguous',
    ],
    [
      'with the e-mail address of the account',
      [person(1, 'ada', { email: 'ADA@Contoso.example' })],
      [ADA],
      'link name_and_email usable',
    ],
    [
      'that two accounts have',
      [person(1, 'ada')],
      [ADA, exported(2, 'ada@fabrikam.example')],
      'ambiguous null ambiguous',
    ],
    ['that two rows have', [person(1, 'ada'), person(2, 'ADA')], [ADA], 'ambiguous null ambiguous'],
    [
      'beside one that is the whole UPN',
      [person(1, 'ada'), person(2, MAIL)],
      [ADA],
      'ambiguous null ambiguous',
    ],
    ['the other way round', [person(1, MAIL), person(2, 'ada')], [ADA], 'ambiguous null ambiguous'],
    [
      'of one that is linked to another account',
      [person(1, 'ada@fabrikam.example'), person(2, 'ada', { externalUserId: objectId(1) })],
      [ADA, exported(2, 'ada@fabrikam.example')],
      'link username_upn usable',
    ],
    [
      'of an account that somebody is linked to',
      [person(1, 'ada'), person(2, 'countess', { externalUserId: objectId(1) })],
      [ADA],
      'review null ambiguous',
    ],
    [
      'with an e-mail address that is another account’s',
      [person(1, 'ada', { email: 'x@contoso.example' })],
      [ADA, exported(2, 'x@contoso.example', { mail: 'x@contoso.example' })],
      'review null ambiguous',
    ],
    [
      'of an account with somebody’s e-mail address',
      [person(1, 'ada'), person(2, 'countess', { email: MAIL })],
      [ADA],
      'review null ambiguous',
    ],
    [
      'of an account whose e-mail address many have',
      [person(1, 'ada'), person(2, 'b', { email: MAIL }), person(3, 'c', { email: MAIL })],
      [ADA],
      'link username_local_part usable',
    ],
    [
      'of an account that is new under a known UPN',
      [person(1, 'ada', { account: known(9, MAIL) })],
      [ADA],
      'review null ambiguous',
    ],
    [
      'of an account whose UPN was known as another person’s',
      [person(1, 'ada'), person(2, 'b', { account: known(9, 'ADA@contoso.example') })],
      [ADA],
      'review null ambiguous',
    ],
    [
      'of an account that was known before',
      [person(1, 'ada', { account: known(1, 'ada@old.example') })],
      [ADA],
      'link username_local_part usable',
    ],
  ])('%s', (_what, people, accounts, is) => {
    expect(graded(people, accounts, NAMES_ACCEPTED).is).toBe(is);
  });

  it.each<[string, Person, string]>([
    ['is only proposed by the local part', person(1, 'ada'), 'propose username_local_part ambiguous'],
    ['is linked by the whole UPN', person(1, MAIL), 'link username_upn usable'],
    [
      'is linked with the same e-mail address',
      person(1, 'ada', { email: MAIL }),
      'link name_and_email usable',
    ],
  ])('%s, where the operator has accepted nothing', (_what, somebody, is) => {
    expect(graded([somebody], [ADA]).is).toBe(is);
  });

  it('is of the domain that plain names are sent with: a subsidiary’s account is somebody else’s', () => {
    const dom = exported(2, 'dom@subsidiary.example');
    const set = { ...NAMES_ACCEPTED, usernameDomain: 'contoso.example' };
    expect(graded([person(1, 'dom')], [dom, ADA], set).is).toBe('review username_local_part ambiguous');
    expect(graded([person(1, 'ada')], [dom, ADA], set).is).toBe('link username_local_part usable');
    const verified = { ...NAMES_ACCEPTED, verifiedDomains: new Set(['contoso.example']) };
    expect(graded([person(1, 'dom')], [dom, ADA], verified).is).toBe('review username_local_part ambiguous');
  });

  it('never links an administrator by the local part alone, named or not', () => {
    const admin = person(1, 'ada', { role: 'admin' });
    const named = { ...NAMES_ACCEPTED, admins: new Set([1]) };
    expect(graded([admin], [ADA], named).is).toBe('review username_local_part ambiguous');
  });

  it('links an administrator whom the operator has named, and nobody else by that', () => {
    const admin = person(1, 'ada', { role: 'admin', email: MAIL });
    expect(graded([admin], [ADA], { admins: new Set([1]) }).is).toBe('link name_and_email usable');
    expect(graded([admin], [ADA], { admins: new Set([2]) }).is).toMatch(/^propose/);
    expect(graded([admin], [ADA], ACCEPTED).is).toMatch(/^propose/);
  });
});

describe('an e-mail address', () => {
  const somebody = person(1, 'countess', { email: 'ADA@contoso.example' });

  it('proposes, and links only where the operator accepts that', () => {
    expect(graded([somebody], [ELSEWHERE]).is).toBe('propose email ambiguous');
    expect(graded([somebody], [ELSEWHERE], ACCEPTED).is).toBe('link email usable');
  });

  it.each<[string, Person[], ExportedUser[], string]>([
    ['an administrator', [{ ...somebody, role: 'admin' }], [ELSEWHERE], 'none email ambiguous'],
    ['a guest', [somebody], [{ ...ELSEWHERE, userType: 'Guest' }], 'none email guest'],
    [
      'a guest by name',
      [somebody],
      [exported(2, 'ada_mail#EXT#@contoso.example', { mail: MAIL }), exported(3, 'x@contoso.example')],
      'none email guest',
    ],
    ['a disabled account', [somebody], [{ ...ELSEWHERE, accountEnabled: false }], 'none email disabled'],
    ['an account without a type', [somebody], [{ ...ELSEWHERE, userType: null }], 'none email ambiguous'],
    [
      'two accounts',
      [somebody],
      [ELSEWHERE, exported(3, 'other@contoso.example', { mail: MAIL })],
      'ambiguous null ambiguous',
    ],
    ['two rows', [somebody, person(2, 'b', { email: MAIL })], [ELSEWHERE], 'ambiguous null ambiguous'],
    [
      'a domain that no member has',
      [{ ...somebody, email: 'ada@gmail.example' }],
      [exported(2, 'a@contoso.example', { mail: 'ada@gmail.example' })],
      'none email ambiguous',
    ],
    [
      'an account that has somebody’s name',
      [somebody, person(2, 'a.lovelace')],
      [ELSEWHERE],
      'review null ambiguous',
    ],
    [
      'an account that somebody is linked to',
      [somebody, person(2, 'b', { externalUserId: objectId(2) })],
      [ELSEWHERE],
      'review null ambiguous',
    ],
    [
      'an account that is new under a known UPN',
      [somebody, person(2, 'b', { account: known(9, 'a.lovelace@contoso.example') })],
      [ELSEWHERE],
      'review null ambiguous',
    ],
    ['no address', [{ ...somebody, email: ' ' }], [ELSEWHERE], 'none null none'],
    ['an accent less', [{ ...somebody, email: 'adá@contoso.example' }], [ELSEWHERE], 'none null none'],
  ])('never links %s', (_what, people, accounts, is) => {
    expect(graded(people, accounts, ACCEPTED).is).toBe(is);
  });

  it('counts only in the domains that the operator names', () => {
    const only = (...domains: string[]) => ({ ...ACCEPTED, verifiedDomains: new Set(domains.map(foldName)) });
    expect(graded([somebody], [ELSEWHERE], only('CONTOSO.example')).is).toBe('link email usable');
    expect(graded([somebody], [ELSEWHERE], only('fabrikam.example')).is).toBe('none email ambiguous');
    expect(graded([somebody], [ELSEWHERE], only('example')).is).toBe('none email ambiguous');
  });
});

describe('who is linked already', () => {
  const linked = (number: number, rest: Partial<Person> = {}) =>
    person(1, 'ada', { externalUserId: objectId(number), ...rest });

  it.each<[string, Person[], ExportedUser[], string]>([
    ['stays so', [linked(1)], [ADA], 'keep already_linked usable'],
    [
      'whatever the names',
      [linked(2)],
      [exported(2, 'countess@contoso.example'), ADA],
      'keep already_linked usable',
    ],
    [
      'in whatever case the id is kept',
      [person(1, 'x', { externalUserId: 'ABCDEF00-0000-4000-8000-000000000001' })],
      [exported(1, MAIL, { id: 'abcdef00-0000-4000-8000-000000000001' })],
      'keep already_linked usable',
    ],
    [
      'to a disabled account',
      [linked(1)],
      [{ ...ADA, accountEnabled: false }],
      'keep already_linked disabled',
    ],
    [
      'to an account that the file lacks',
      [linked(9)],
      [exported(2, 'b@contoso.example')],
      'review null null',
    ],
    ['while the name has a new id', [linked(9)], [ADA], 'review null ambiguous'],
    [
      'while the known UPN has a new id',
      [linked(9, { account: known(9, 'al@contoso.example') })],
      [exported(2, 'AL@contoso.example')],
      'review null ambiguous',
    ],
    [
      'while the name of the last sign-in has a new id',
      [linked(9, { azureEmail: 'al@contoso.example' })],
      [exported(2, 'al@contoso.example')],
      'review null ambiguous',
    ],
  ])('%s', (_what, people, accounts, is) => {
    expect(graded(people, accounts).is).toBe(is);
  });

  it('to an account that the whole directory lacks: it is gone, and in a part of it what was known stays', () => {
    const before = linked(9, { account: known(9, MAIL) });
    const others = [exported(2, 'b@contoso.example')];
    expect(graded([before], others, { complete: true })).toMatchObject({
      is: 'review null gone',
      fact: { state: 'gone', objectId: objectId(9), upn: MAIL },
    });
    expect(graded([before], others).fact).toEqual({ state: 'usable', objectId: objectId(9), upn: MAIL });
    expect(graded([linked(9)], others).fact).toBeNull();
  });

  it.each<[string, Partial<Person>, ExportedUser]>([
    ['the username', {}, ADA],
    ['the e-mail address', { email: MAIL }, ELSEWHERE],
  ])(
    'to an account that is gone while another has %s: a conflict, and nobody has left',
    (_what, rest, account) => {
      const before = linked(9, { account: known(9, 'al@contoso.example'), ...rest });
      const { is, reason } = graded([before], [account], { complete: true });
      expect(is).toBe('review null ambiguous');
      expect(reason).toMatch(/^account_conflict: /);
    },
  );

  it.each(['disabled', 'gone'] as const)(
    'that was %s stays so while another account has the name',
    (state) => {
      const before = linked(9, { account: { ...known(9, MAIL), state } });
      expect(graded([before], [ADA], { complete: true }).fact?.state).toBe(state);
    },
  );

  it('is remembered by the known id while another one has the name, so that the next sync asks again', () => {
    const before = linked(9, { account: known(9, MAIL) });
    const { fact } = graded([before], [ADA]);
    if (fact === null) throw new Error('nothing is known');
    expect(fact).toEqual({ state: 'ambiguous', objectId: objectId(9), upn: MAIL });
    const after = person(1, 'ada', { account: { ...fact, seenAt: 2, runId: 'next' } });
    expect(graded([after], [ADA]).is).toBe('review null ambiguous');
  });
});
