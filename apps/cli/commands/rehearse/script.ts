import type { Rehearsal } from './rehearsal';
import { makeLegacyTable, schemaUp } from './steps/copy';
import { failAndGoBack, recover } from './steps/guardrail';
import { shadow } from './steps/shadow';
import { openShare, openTestUsers } from './steps/stages';
import { before, start } from './steps/start';
import { sync } from './steps/sync';
import { backUp, restoreAfresh, rollBack, schemaDown, undo } from './steps/way-back';

export interface Step {
  name: string;
  work(rehearsal: Rehearsal): Promise<void>;
}

/** The whole migration and the whole way back, in order. */
export function script(fromBackup: boolean): Step[] {
  let five: ReadonlySet<number> = new Set();
  let quarter: ReadonlySet<number> = new Set();
  return [
    { name: fromBackup ? 'empty legacy table' : 'legacy people', work: makeLegacyTable },
    { name: fromBackup ? 'schema up, backup restored' : 'schema up', work: schemaUp },
    { name: 'provider and API started', work: start },
    { name: 'sign-ins before', work: before },
    { name: 'sync planned, backed up, applied', work: sync },
    { name: 'shadow', work: shadow },
    { name: 'test users', work: openTestUsers },
    {
      name: '5 %',
      work: async (rehearsal) => {
        five = await openShare(rehearsal, '5 %', new Set(rehearsal.testUsers.map(({ id }) => id)));
      },
    },
    {
      name: '25 %',
      work: async (rehearsal) => {
        quarter = await openShare(rehearsal, '25 %', five);
      },
    },
    { name: 'provider fails, rolled back', work: (rehearsal) => failAndGoBack(rehearsal, quarter) },
    { name: 'recovery, hold lifted', work: (rehearsal) => recover(rehearsal, five) },
    {
      name: '25 % again',
      work: async (rehearsal) => {
        await openShare(rehearsal, '25 % again', quarter);
      },
    },
    {
      name: '100 %',
      work: async (rehearsal) => {
        await openShare(rehearsal, '100 %', quarter);
      },
    },
    { name: 'manual rollback', work: rollBack },
    { name: 'backup', work: backUp },
    { name: 'sync undone', work: undo },
    { name: 'schema down', work: schemaDown },
    { name: 'restored afresh, schema down', work: restoreAfresh },
  ];
}
