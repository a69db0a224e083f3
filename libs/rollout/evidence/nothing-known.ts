import { Injectable } from '@nestjs/common';
import { type ExternalAccountState, ExternalAccountStates } from './external-account-states';

/** Where nobody has been looked up on the external side. */
@Injectable()
export class NothingKnown extends ExternalAccountStates {
  async stateOf(): Promise<ExternalAccountState | null> {
    return null;
  }

  async statesBetween(): Promise<ReadonlyMap<number, ExternalAccountState>> {
    return new Map();
  }
}
