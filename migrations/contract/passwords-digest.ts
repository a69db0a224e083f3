import { createHash } from 'node:crypto';

/** SHA-256 over people's ids and legacy passwords, in the order of the ids: what was sealed is what is removed. */
export class PasswordsDigest {
  private readonly hash = createHash('sha256');
  /** Of them. */
  count = 0;

  add(id: number, password: string): void {
    this.hash.update(`${JSON.stringify([Number(id), password])}\n`);
    this.count++;
  }

  /** In hexadecimal. */
  value(): string {
    return this.hash.copy().digest('hex');
  }
}
