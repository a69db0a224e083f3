import { AddedColumnsStep } from './support/added-columns';

/**
 * How old it is what keeps a linked person out, and by which runs people were found to have left. Instants are epoch
 * milliseconds.
 */
export class Departures1780000000015 extends AddedColumnsStep {
  constructor() {
    super('Departures1780000000015', {
      /** By the database's clock; NULL where an earlier release kept the refusal. */
      cutover_user_state: { last_external_refusal_at: 'BIGINT' },
      /** When a later run found the same. */
      cutover_external_accounts: { confirmed_at: 'BIGINT' },
      /** Accounts of a file that held the whole directory; people newly kept out. */
      cutover_sync_runs: { complete_accounts: 'INT', leavers: 'INT' },
    });
  }
}
