import { type OwnTables, OwnTablesStep } from './support/own-tables';

const TABLES: OwnTables = {
  cutover_promotion_waits: {
    columns: {
      policy_version: 'INT NOT NULL',
      waits_for: 'VARCHAR(700) NOT NULL',
      since: 'BIGINT NOT NULL',
    },
    primaryKey: 'policy_version',
  },
};

/** What the next step of a schedule waits for, since when; by the decision that the schedule came with. */
export class PromotionWaits1780000000013 extends OwnTablesStep {
  constructor() {
    super('PromotionWaits1780000000013', TABLES);
  }
}
