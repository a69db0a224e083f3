/** Who made a change: an administrator of the portal, or the command line. */
export interface Operator {
  /** `null` on the command line. */
  userId: number | null;
  name: string;
}

/** The operator as the audit trail names them: by what does not change. */
export const actorOf = ({ userId, name }: Operator) => (userId === null ? name : `user:${userId}`);
