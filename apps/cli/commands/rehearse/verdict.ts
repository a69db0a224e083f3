import type { RehearsalResult } from './rehearsal-result';

/** Gates that say something of the machine that the rehearsal ran on, and hardly anything of the deployment. */
const OF_THE_MACHINE = /^time:/;

/** Holds a rehearsal that came to its end against everything it is to prove; adds to its findings and cautions. */
export function conclude(result: RehearsalResult): void {
  for (const { name, broken, wrong } of result.rounds) {
    if (broken.count > 0)
      result.findings.push(`${name}: ${broken.count} could not sign in although the policy promised it.`);
    if (wrong.count > 0)
      result.findings.push(`${name}: ${wrong.count} were let in who must not be, or by the wrong side.`);
  }
  for (const { stage, failed } of result.gates) {
    for (const gate of failed)
      (OF_THE_MACHINE.test(gate) ? result.cautions : result.findings).push(
        `${stage}: "rollout verify" did not pass ${gate}.`,
      );
  }
  result.findings.push(...ofTheWayBack(result));
}

function ofTheWayBack({ legacy, restore, undo, manual, automatic }: RehearsalResult): string[] {
  const checks: [boolean, string][] = [
    [automatic === null, 'The guardrail did not go back by itself.'],
    [manual === null, 'There was no manual rollback.'],
    [undo === null || undo.left > 0, `Taking the sync back left ${undo?.left ?? 'all'} people as they were.`],
    [
      legacy === null || legacy.before !== legacy.after,
      'The rows of the legacy table are not what they were.',
    ],
    [legacy === null || !legacy.definitionEqual, 'The definition of the legacy table is not what it was.'],
    [
      restore === null || !restore.rowsEqual,
      'The restored backup does not hold the legacy rows as they were.',
    ],
    [
      restore === null || restore.links !== restore.linksBefore,
      'The restored backup does not hold every link.',
    ],
    [!legacy?.restoredEqual, 'The restored copy does not go back to the legacy table as it was.'],
  ];
  return checks.filter(([fails]) => fails).map(([, sentence]) => sentence);
}
