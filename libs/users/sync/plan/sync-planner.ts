import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { foldName } from '../../names/fold-name';
import { readAccounts } from '../export/read-accounts';
import { Source } from '../export/source';
import { Directory } from '../matching/directory';
import { factAfter, grade, type Policy, type Verdict } from '../matching/grade';
import { peopleAfter } from '../matching/people-reader';
import { type Person, rowOf } from '../matching/person';
import { assertComplete, leaversToAccept, leavesNoAdministrator } from './acceptance';
import { EarlierRuns } from './earlier-runs';
import type { PlanLine } from './plan-file';
import { type PlanSummary, SummaryOfPlan } from './plan-summary';
import { PlanWriter } from './plan-writer';

export interface PlanRequest {
  /** The export. */
  from: string;
  /** Where the plan goes; `null` to be told the figures only. */
  plan: string | null;
  acceptEmailMatches: boolean;
  /** The export holds the whole directory: who is missing from it is gone. */
  complete: boolean;
  /** By how many accounts the whole directory is known to be smaller than the last time; `null` where nobody said so. */
  acceptFewer: number | null;
  acceptNameMatches: boolean;
  /** `EXTERNAL_AUTH_USERNAME_DOMAIN` */
  usernameDomain: string | null;
  /** Whose e-mail addresses prove something; none: the domains of the members' UPNs. */
  verifiedDomains: string[];
  /** Usernames of the administrators who may be linked. */
  linkAdmins: string[];
}

/** What a plan says, and what applying it will ask for. */
export interface Planned extends PlanSummary {
  sha256: string;
  /** How many people have to be confirmed by number when it is applied; `null` where nobody asks. */
  acceptLeavers: number | null;
  /** It keeps out the last administrator who can sign in. */
  leavesNoAdministrator: boolean;
}

/** People read at once. */
const BATCH = 2000;

/** Compares the people here with the accounts over there. Writes the plan, and nothing into the database. */
@Injectable()
export class SyncPlanner {
  constructor(
    private readonly database: Database,
    private readonly earlier: EarlierRuns,
  ) {}

  /**
   * @throws FileRefused for a bad export, ValidationFailed for administrators who are none, or a whole directory that is
   * much smaller than the last; no plan is written then
   */
  async plan(request: PlanRequest): Promise<Planned> {
    const directory = new Directory();
    const source = new Source(request.from);
    const writer = await PlanWriter.open(request.plan);
    try {
      await this.readAccounts(source, directory);
      if (request.complete)
        assertComplete(directory.count('accounts'), await this.earlier.lastComplete(), request.acceptFewer);
      const fingerprint = await this.readPeople(directory);
      directory.complete();
      await writer.write({
        plan: 'cutover users sync',
        version: 1,
        createdAt: new Date().toISOString(),
        source: { file: source.name, sha256: source.sha256(), accounts: directory.count('accounts') },
        database: { fingerprint },
        options: {
          acceptEmailMatches: request.acceptEmailMatches,
          complete: request.complete,
          acceptFewer: request.acceptFewer,
          acceptNameMatches: request.acceptNameMatches,
          verifiedDomains: request.verifiedDomains,
          linkAdmins: request.linkAdmins,
        },
        users: directory.count('people'),
      });
      const summary = await decide(directory, policyOf(request, directory), writer);
      await writer.finish();
      const { leavers } = summary;
      return {
        ...summary,
        sha256: source.sha256(),
        acceptLeavers: leaversToAccept(leavers, await this.earlier.leaversOfLastDay()),
        leavesNoAdministrator: leavesNoAdministrator(leavers),
      };
    } finally {
      await writer.abandon();
      directory.close();
    }
  }

  private async readAccounts(source: Source, directory: Directory): Promise<void> {
    let guests = 0;
    let accounts = 0;
    for await (const account of readAccounts(source)) {
      const line = directory.addAccount(account);
      if (line !== null)
        source.refuse(
          `the object id ${account.objectId} stands in line ${line} already.`,
          'Export the users again, once.',
          account.line,
        );
      accounts++;
      if (account.userType === 'guest') guests++;
    }
    if (guests === accounts)
      source.refuse('holds nobody but guests.', 'Export all users: this is a download of guests.');
  }

  /** @returns the fingerprint of what was read */
  private async readPeople(directory: Directory): Promise<string> {
    const hash = createHash('sha256');
    for (let after = -1; ;) {
      const people = await peopleAfter(this.database, after, BATCH);
      for (const person of people) {
        directory.addPerson(person);
        hash.update(`${JSON.stringify([person.id, rowOf(person)])}\n`);
      }
      const last = people.at(-1);
      if (!last) return hash.digest('hex');
      after = last.id;
    }
  }
}

async function decide(directory: Directory, policy: Policy, writer: PlanWriter): Promise<PlanSummary> {
  const summary = new SummaryOfPlan();
  for (const person of directory.people()) {
    const verdict = grade(person, directory, policy);
    const line = lineOf(person, verdict);
    summary.add(person, verdict, line.becomes.account);
    await writer.write(line);
  }
  return summary.of(directory.count('people'), directory.count('accounts'));
}

function lineOf(person: Person, verdict: Verdict): PlanLine {
  const { action, proof, reason, account } = verdict;
  const row = rowOf(person);
  return {
    user: person.id,
    action,
    proof,
    reason,
    account,
    row,
    becomes: {
      externalUserId: action === 'link' && account ? account.objectId : row.externalUserId,
      account: factAfter(person, verdict),
    },
  };
}

/** @throws ValidationFailed */
function policyOf(
  {
    acceptEmailMatches,
    acceptNameMatches,
    usernameDomain,
    complete,
    verifiedDomains,
    linkAdmins,
  }: PlanRequest,
  directory: Directory,
): Policy {
  return {
    acceptEmailMatches,
    complete,
    acceptNameMatches,
    usernameDomain: usernameDomain && foldName(usernameDomain),
    verifiedDomains:
      verifiedDomains.length > 0
        ? new Set(verifiedDomains.map((domain) => foldName(domain.replace(/^@/, ''))))
        : directory.memberDomains(),
    admins: new Set(linkAdmins.map((name) => administratorCalled(name, directory))),
  };
}

function administratorCalled(name: string, directory: Directory): number {
  const [admin, second] = directory.administrators(name);
  if (admin && !second) return admin.id;
  throw new ValidationFailed({
    detail: `--link-admins: ${second ? 'more than one' : 'no'} administrator is called ${name}; "cutover users list" shows everybody.`,
  });
}
