import { Injectable } from '@nestjs/common';
import { SettingsService, type ExternalAuthSettings } from '@cutover/config';
import { TokenInvalid } from '@cutover/contracts';
import { decodeJwt } from 'jose';
import { readUser, type ProviderUser } from '../answer/provider-user';
import type { TokenAnswer } from '../answer/token-answer';
import { ExternalMisconfigured } from '../errors';
import { requiredSettings } from '../required-settings';
import type { Operation } from '../upstream-failure';
import { ProviderTokenVerifier, type VerifiedClaims } from './provider-token-verifier';

/** Who an answer is about. */
export interface ProviderIdentity {
  /** Entra object id, from a verified token; of an opaque one without keys, from the answer. */
  objectId: string;
  name: string | null;
  preferredUsername: string | null;
  email: string | null;
  /** The source of `email` says that nobody has verified it: it tells how to reach the person, and proves nothing. */
  emailDisowned: boolean;
}

export interface VerifiedAnswer {
  /** Null where the access token is not for us to read (`EXTERNAL_AUTH_BEARER=session`). */
  accessClaims: VerifiedClaims | null;
  /** Null where there is no ID token that is for us. */
  idClaims: VerifiedClaims | null;
  /** Whether `user` may say who it is: no token can, because nobody has described the keys. */
  byAnswer: boolean;
}

/** Finds out who a token answer is about, from tokens whose signatures were verified. */
@Injectable()
export class IdentityReader {
  constructor(
    private readonly settings: SettingsService,
    private readonly verifier: ProviderTokenVerifier,
  ) {}

  /**
   * @throws ExternalMisconfigured where a token is of another issuer, tenant or audience, or the two tokens are
   *   about two people, or a sign-in lacks the one token that says who it is: the person did nothing wrong, and
   *   another try changes nothing
   */
  async verify(operation: Operation, answer: TokenAnswer): Promise<VerifiedAnswer> {
    const settings = requiredSettings(this.settings, operation);
    if (settings.bearer === 'session') return this.verifyIdTokenOnly(operation, answer, settings);
    const accessClaims = await this.verifier
      .verifyIssued(answer.accessToken)
      .catch((error: unknown) => refuse(error, operation, 'access token not accepted'));
    const idClaims = this.canBeForUs(answer.idToken, settings)
      ? await this.idClaims(operation, answer.idToken)
      : null;
    if (idClaims && idClaims.oid !== accessClaims.oid) {
      throw new ExternalMisconfigured({
        operation,
        reason: 'ID token and access token are about two people',
      });
    }
    return { accessClaims, idClaims, byAnswer: false };
  }

  /** Whether the answer says enough of the person without a user info call. */
  isTold({ idClaims, byAnswer }: VerifiedAnswer, user: ProviderUser | null): boolean {
    return byAnswer ? user?.objectId != null : user !== null || idClaims !== null;
  }

  /**
   * Links rest on the e-mail and the user name (design section 4): what is signed goes before what the answer says, the
   * ID token before the access token. For the name to be shown the answer comes first. Null where nothing says who it is.
   */
  identity(
    { accessClaims, idClaims, byAnswer }: VerifiedAnswer,
    user: ProviderUser | null,
  ): ProviderIdentity | null {
    const objectId = (accessClaims ?? idClaims)?.oid ?? (byAnswer ? user?.objectId : null);
    if (objectId == null) return null;
    const signed = [readUser(idClaims), readUser(accessClaims)];
    const first = (field: 'name' | 'email' | 'preferredUsername', sources: (ProviderUser | null)[]) =>
      sources.find((source) => source?.[field] != null) ?? null;
    const addressed = first('email', [...signed, user]);
    return {
      objectId,
      name: first('name', [user, ...signed])?.name ?? null,
      preferredUsername: first('preferredUsername', [...signed, user])?.preferredUsername ?? null,
      email: addressed?.email ?? null,
      emailDisowned: addressed?.emailDisowned ?? false,
    };
  }

  /** The access token is opaque, or somebody else's to read: who it is, is for the ID token to say. */
  private async verifyIdTokenOnly(
    operation: Operation,
    { idToken }: TokenAnswer,
    settings: ExternalAuthSettings,
  ): Promise<VerifiedAnswer> {
    if (!hasKeys(settings)) return { accessClaims: null, idClaims: null, byAnswer: true };
    if (idToken === null && operation === 'login')
      throw new ExternalMisconfigured({ operation, reason: 'no ID token' });
    return { accessClaims: null, idClaims: await this.idClaims(operation, idToken), byAnswer: false };
  }

  private async idClaims(operation: Operation, idToken: string | null): Promise<VerifiedClaims | null> {
    if (idToken === null) return null;
    return this.verifier
      .verifyIdToken(idToken)
      .catch((error: unknown) => refuse(error, operation, 'ID token not accepted'));
  }

  /** Without EXTERNAL_AUTH_CLIENT_ID nobody can say whom an ID token is for: it is left aside, not held against. */
  private canBeForUs(idToken: string | null, { clientId, audiences }: ExternalAuthSettings): boolean {
    if (idToken === null || clientId !== null) return true;
    try {
      return [decodeJwt(idToken).aud].flat().some((aud) => aud !== undefined && audiences.includes(aud));
    } catch {
      return true; // verification says what is wrong with it
    }
  }
}

/** Always so with `jwks`; with `introspect` where the operator described them. */
const hasKeys = ({ urls, tenantId, issuers, audiences, clientId }: ExternalAuthSettings) =>
  urls.jwks !== null &&
  tenantId !== null &&
  issuers.length > 0 &&
  (clientId !== null || audiences.length > 0);

function refuse(error: unknown, operation: Operation, reason: string): never {
  if (!(error instanceof TokenInvalid)) throw error;
  const { code, claim } = error.cause as { code?: string; claim?: string };
  const details = [code, claim].filter(Boolean).join(' ');
  throw new ExternalMisconfigured({ operation, reason, ...(details ? { code: details } : {}) });
}
