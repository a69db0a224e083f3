import { Injectable } from '@nestjs/common';
import type { LinkProofRequest } from '@cutover/contracts';
import { clientAddress } from '@cutover/operations';
import type { SignIn } from '@cutover/sessions';
import { checkedCredential, UserRepository } from '@cutover/users';
import { DeviceCookie } from '../../device/device-cookie';
import { AddressLimits } from '../../rate-limits/address-limits';
import { SignInLimits } from '../../rate-limits/sign-in-limits';
import { refusalCodeOf } from '../../sign-in/refusal';
import type { SignInAttempt, SignInHttpRequest } from '../../sign-in/sign-in-attempt';
import { SignInEvidence } from '../../sign-in/sign-in-evidence';
import { SignInExpired } from '../../sign-in/sign-in-expired';
import { SignInLog } from '../../sign-in/sign-in-log';
import { SignInRecord } from '../../sign-in/sign-in-record';
import { LinkCookie } from './link-cookie';
import { LinkEndings } from './link-endings';
import { type LinkRequest, LinkRequests } from './link-requests';
import { LocalProof } from './local-proof';

/** The second step of a first sign-in that nothing proves: an attempt like any other, by its limits, evidence and record. */
@Injectable()
export class LinkSignIn {
  constructor(
    private readonly requests: LinkRequests,
    private readonly endings: LinkEndings,
    private readonly proof: LocalProof,
    private readonly cookie: LinkCookie,
    private readonly devices: DeviceCookie,
    private readonly users: UserRepository,
    private readonly limits: SignInLimits,
    private readonly addresses: AddressLimits,
    private readonly evidence: SignInEvidence,
    private readonly record: SignInRecord,
    private readonly log: SignInLog,
  ) {}

  /**
   * @param start makes the session; whatever comes of it, the tokens wait no longer
   * @throws SignInExpired, InvalidCredentials, AccountConflict, RateLimited, ServiceBusy
   */
  async signIn<T>(
    { linkToken, password }: LinkProofRequest,
    request: SignInHttpRequest,
    start: (signIn: SignIn) => Promise<T>,
  ): Promise<T> {
    const waiting = await this.waiting(linkToken, request);
    const signIn = await this.attempt(waiting, request, password);
    try {
      return await start(signIn);
    } finally {
      await this.endings.settled(waiting);
    }
  }

  /** Nobody guesses 256 bits; what is limited is the asking. */
  private async waiting(linkToken: string, request: SignInHttpRequest): Promise<LinkRequest> {
    const waiting = await this.requests.take(linkToken, request.cookies[this.cookie.name]);
    if (waiting) return waiting;
    await this.addresses.take('link', clientAddress(request.ip));
    throw new SignInExpired('no link request of this token and this browser');
  }

  private async attempt(waiting: LinkRequest, request: SignInHttpRequest, password: string): Promise<SignIn> {
    const startedAt = performance.now();
    const user = await this.users.findById(waiting.userId);
    const device = user && this.devices.deviceOf(request.cookies[this.devices.name], user);
    const attempt: SignInAttempt = {
      username: user?.username ?? '',
      user,
      ambiguous: false,
      address: clientAddress(request.ip),
      device: user && device !== null ? { id: device, userId: user.id } : null,
    };
    request.signInAttempt = attempt;
    try {
      const linked = await this.limits.count(async (points) => {
        await points.ofAccount(attempt);
        attempt.side = 'local';
        return this.proof.confirm(waiting, attempt, password);
      });
      attempt.side = 'external';
      this.evidence.admitted(attempt, request, startedAt);
      this.log.admitted(request, startedAt);
      const credential = checkedCredential('link', waiting.identity.objectId);
      return { user: linked, authMode: 'external', credential, tokens: waiting.tokens };
    } catch (error) {
      if (refusalCodeOf(error) === null) await this.requests.giveBack(waiting); // no password was looked at
      this.evidence.refused(attempt, error, startedAt);
      await this.record.refused(attempt, error);
      this.log.refused(request, error, startedAt);
      throw error;
    }
  }
}
