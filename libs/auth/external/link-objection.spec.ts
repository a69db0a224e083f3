import { linkObjection } from './link-objection';

const ACCOUNT = {
  username: 'grace',
  email: 'grace@contoso.example',
  role: 'user' as const,
  externalUserId: null,
};
const IDENTITY = {
  objectId: '11111111-2222-4333-8444-555555555555',
  name: 'Grace Hopper',
  preferredUsername: 'grace@contoso.example',
  email: 'Grace@Contoso.example',
  emailDisowned: false,
};
const TYPED = { username: 'Grace', sentUsername: 'grace@contoso.example' };

describe('nothing speaks against a first meeting', () => {
  it.each([
    ['everything agrees', {}, {}, {}],
    ['the name was sent without a domain', {}, {}, { sentUsername: 'grace' }],
    ['the other side names nobody', {}, { preferredUsername: null }, {}],
    ['one side has no e-mail', { email: null }, {}, {}],
    ['the other has none', {}, { email: null }, {}],
    ['what stands for an e-mail is none', { email: 'n/a' }, {}, {}],
    ['it is blank', { email: '' }, {}, {}],
  ])('where %s', (_case, account, identity, typed) => {
    expect(
      linkObjection({ ...ACCOUNT, ...account }, { ...IDENTITY, ...identity }, { ...TYPED, ...typed }),
    ).toBeNull();
  });

  it.each([
    ['the account has an identity', { externalUserId: 'another' }, {}, {}, /linked to another/],
    ['the account is an administrator’s', { role: 'admin' as const }, {}, {}, /administrators/],
    [
      'the other side answers for somebody else',
      {},
      { preferredUsername: 'hopper@contoso.example' },
      {},
      /another name/,
    ],
    [
      'only the domain was right',
      {},
      { preferredUsername: 'hopper@contoso.example' },
      { sentUsername: 'grace' },
      /another name/,
    ],
    [
      'the name is the start of another',
      {},
      { preferredUsername: 'grace.h@contoso.example' },
      { sentUsername: 'grace' },
      /another name/,
    ],
    ['an accent differs', {}, { preferredUsername: 'grâce@contoso.example' }, {}, /another name/],
    ['the e-mails differ', { email: 'other@contoso.example' }, {}, {}, /e-mail/],
    ['the typed name is not the account’s', { username: 'hopper' }, {}, {}, /typed name/],
  ])('but something does where %s', (_case, account, identity, typed, why) => {
    expect(
      linkObjection({ ...ACCOUNT, ...account }, { ...IDENTITY, ...identity }, { ...TYPED, ...typed }),
    ).toMatch(why);
  });
});
