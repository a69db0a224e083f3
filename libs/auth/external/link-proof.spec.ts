import { linkProof } from './link-proof';

const JANE = {
  objectId: '11111111-2222-4333-8444-555555555555',
  name: 'Jane Smith',
  preferredUsername: 'jsmith@contoso.example',
  email: 'Jane.Smith@contoso.example',
  emailDisowned: false,
};

describe('a first meeting proves a link', () => {
  it.each([
    [
      'the username is the whole user principal name',
      { username: 'JSmith@contoso.example', email: null },
      JANE,
      'username_upn',
    ],
    ['the e-mails are equal', { username: 'jsmith', email: 'jane.smith@contoso.example' }, JANE, 'email'],
    ['only the name is the same', { username: 'jsmith', email: null }, JANE, null],
    [
      'the other side says no e-mail',
      { username: 'jsmith', email: 'jane.smith@contoso.example' },
      { ...JANE, email: null },
      null,
    ],
    [
      'nobody has verified the e-mail',
      { username: 'jsmith', email: 'jane.smith@contoso.example' },
      { ...JANE, emailDisowned: true },
      null,
    ],
    ['the domain is another one', { username: 'jsmith@old.example', email: null }, JANE, null],
    [
      'the other side does not say the name',
      { username: 'jsmith@contoso.example', email: null },
      { ...JANE, preferredUsername: null },
      null,
    ],
  ])('where %s', (_case, account, identity, proof) => {
    expect(linkProof(account, identity)).toBe(proof);
  });
});
