export * from './errors';
export type { Operator } from './operator';
export { PeopleService } from './people/people.service';
export { RolloutPolicyEntity } from './policy/rollout-policy.entity';
export * from './rollout.module';
export { pageRequestSchema, rolloutChangeSchema } from './rollout.schemas';
export { OPEN_STAGES, type OpenStage, type RolloutDecision, RolloutService } from './rollout.service';
export * from './sign-in-routing';
