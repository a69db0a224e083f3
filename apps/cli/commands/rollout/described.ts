import type { INestApplicationContext } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { Rollout } from '@cutover/contracts';

/** `USE_EXTERNAL_AUTH`, as far as the command line's own settings know. */
export const isSwitchedOn = (context: INestApplicationContext) =>
  context.get(SettingsService, { strict: false }).get('useExternalAuth', { infer: true });

/** The decision in force; a stage that the master switch overrules says so. */
export function described(rollout: Rollout, switchedOn: boolean): string {
  return [
    `stage       ${rollout.stage}`,
    `test users  ${rollout.testUsers.join(', ') || '-'}`,
    `version     ${rollout.version}`,
    `decided     ${rollout.changedAt} by ${rollout.changedBy}`,
    `reason      ${rollout.reason}`,
    ...(switchedOn || rollout.stage === 'off'
      ? []
      : ['USE_EXTERNAL_AUTH is false here: everybody signs in locally until it is true.']),
  ].join('\n');
}
