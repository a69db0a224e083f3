/** A typed name as the external side knows it: with the domain where one is set and the name has none. */
export const withDomain = (username: string, usernameDomain: string | null | undefined) =>
  usernameDomain && !username.includes('@') ? `${username}@${usernameDomain}` : username;
