import { ValidationFailed } from '@cutover/contracts';
import type { Leavers } from './leavers';
import type { Listed, NamedReason } from './listed';

/** A whole directory may hold so much less than the last one did; more looks like a file that was cut off. */
const FEWER = 0.05;
/** So many people, or this share of the linked ones, may be kept out within a day without a further word. */
const LEAVERS = 3;
const LEAVERS_SHARE = 0.05;

/** The last file that held the whole directory and was applied. */
export interface CompleteFile {
  accounts: number;
  /** Epoch milliseconds. */
  at: number;
}

/** @throws ValidationFailed where a whole directory holds much less than the last, unless that number was confirmed */
export function assertComplete(
  accounts: number,
  last: CompleteFile | null,
  acceptFewer: number | null,
): void {
  if (last === null) return;
  const fewer = last.accounts - accounts;
  if (fewer <= last.accounts * FEWER || acceptFewer === fewer) return;
  throw new ValidationFailed({
    detail:
      `The file holds ${accounts} accounts, ${fewer} fewer than the last complete one (${last.accounts}, applied ` +
      `${new Date(last.at).toISOString()}): everybody who is missing would count as gone. Export the whole directory ` +
      `again; if it is right, make the plan with --accept-fewer ${fewer}.`,
  });
}

/**
 * How many people have to be confirmed by number; `null` where nobody asks.
 *
 * @param earlier people whom other runs of the last 24 hours have kept out
 */
export function leaversToAccept({ newly, linked }: Leavers, earlier: number): number | null {
  if (newly.count === 0) return null;
  return newly.count + earlier > Math.max(LEAVERS, linked * LEAVERS_SHARE) ? newly.count : null;
}

/** Whether a plan takes the last administrator who can sign in. */
export const leavesNoAdministrator = ({ administrators: { before, after } }: Leavers) =>
  before > 0 && after === 0;

export interface Acceptance {
  /** How many people the operator knows to be kept out by it; `null` where they said nothing. */
  acceptLeavers: number | null;
  /** The operator knows that no administrator can sign in afterwards. */
  acceptNoAdmin: boolean;
}

/** @throws ValidationFailed naming whom the plan keeps out, where the operator has to confirm that and has not */
export function assertAccepted(leavers: Leavers, earlier: number, accepted: Acceptance): void {
  const { newly } = leavers;
  const asked = leaversToAccept(leavers, earlier);
  const said = accepted.acceptLeavers;
  if (said === null ? asked !== null : said !== newly.count)
    throw new ValidationFailed({
      detail:
        `The plan keeps out ${newly.count} linked ${newly.count === 1 ? 'person' : 'people'} who can sign in now` +
        `${earlier > 0 ? `, after ${earlier} within 24 hours` : ''}${names(newly)}. ` +
        `Nothing was written. Look at them; if it is right, say --accept-leavers ${newly.count}.`,
    });
  if (leavesNoAdministrator(leavers) && !accepted.acceptNoAdmin)
    throw new ValidationFailed({
      detail:
        `The plan keeps out the last administrator who can sign in${names(newly)}. Nothing was written. Pin one to ` +
        'local with "cutover rollout pin NAME local", or say --accept-no-admin.',
    });
}

function names({ count, first }: Listed<NamedReason>): string {
  if (count === 0) return '';
  const people = first.map(({ id, username, reason }) => `${username} (id ${id}): ${reason}`).join('; ');
  return `: ${people}${count > first.length ? ` and ${count - first.length} more` : ''}`;
}
