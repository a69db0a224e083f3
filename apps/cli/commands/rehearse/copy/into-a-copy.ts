/** A rehearsal restores into a scratch database, which is another one by definition and has nobody to lose. */
export const INTO_A_COPY = ['--accept-privileges', '--accept-other-database'];
