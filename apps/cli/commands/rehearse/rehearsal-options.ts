/** What serves people of the external side while it is down, as `EXTERNAL_AUTH_FALLBACK`. */
export type Fallback = 'none' | 'local';

/** What the operator asked for, with every default. */
export interface RehearsalOptions {
  /** People to make; not looked at with {@link fromBackup}. */
  users: number;
  /** People who sign in at every stage; never more than there are. */
  sample: number;
  /** Makes the same people, passwords and sample again. */
  seed: string;
  /** A file that `cutover backup` wrote: the copy is restored from it. */
  fromBackup: string | null;
  /** `DATABASE_URL` of the scratch database; `null` makes an embedded one in the private folder. */
  database: string | null;
  fallback: Fallback;
  /** Where the report goes. */
  report: string;
  /** Leave the copy, the files and the logs. */
  keep: boolean;
}
