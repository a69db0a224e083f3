/** Secrets that were used, and a search for them. */
export class KnownSecrets extends Set<string> {
  /**
   * Whatever of them a text holds. A token is found by its payload or its signature alone, a cookie by its MAC; the shorter
   * parts are ids, which open nothing.
   */
  foundIn(text: string): string[] {
    return [...this]
      .flatMap((secret) => [
        secret,
        ...secret
          .split('.')
          .slice(1)
          .filter((part) => part.length >= 40),
      ])
      .filter((secret) => spellings(secret).some((spelling) => text.includes(spelling)));
  }
}

/** Every way that a secret may be written down in. */
const spellings = (secret: string) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret, 'base64').toString('hex'),
];
