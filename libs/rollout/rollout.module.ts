import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from '@cutover/sessions';
import { UsersModule } from '@cutover/users';
import { PeopleController } from './people/people.controller';
import { PeopleService } from './people/people.service';
import { RolloutPolicyEntity } from './policy/rollout-policy.entity';
import { RolloutPolicyStore } from './policy/rollout-policy.store';
import { RolloutController } from './rollout.controller';
import { RolloutService } from './rollout.service';
import { SignInRouting } from './sign-in-routing';

@Module({
  imports: [TypeOrmModule.forFeature([RolloutPolicyEntity]), UsersModule, SessionsModule],
  controllers: [RolloutController, PeopleController],
  providers: [
    RolloutPolicyStore,
    RolloutService,
    PeopleService,
    { provide: SignInRouting, useExisting: RolloutService },
  ],
  exports: [RolloutService, PeopleService, SignInRouting],
})
export class RolloutModule {}
