/** The port through which the rollout learns whether there is a way back. */
export abstract class LastVerifiedBackup {
  /** @returns epoch milliseconds, or `null` where no backup is known to be one */
  abstract at(): Promise<number | null>;
}
