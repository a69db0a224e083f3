import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { TokenInvalid } from '@cutover/contracts';
import { decodeJwt } from 'jose';
import { readUser, type ProviderUser } from '../answer/provider-user';
import type { TokenAnswer } from '../answer/token-answer';
import { ExternalMisconfigured } from '../errors';
import type { Operation } from '../upstream-failure';
import { ProviderTokenVerifier, type VerifiedClaims } from './provider-token-verifier';

/** Who an answer is about. */
export interface ProviderIdentity {
  /** Entra object id, from the verified access token. */
  objectId: string;
  name: string | null;
  preferredUsername: string | null;
  email: string | null;
}

export interface VerifiedAnswer {
  accessClaims: VerifiedClaims;
  /** Null where there is no ID token that is for us. */
  idClaims: VerifiedClaims | null;
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
   *   about two people: the person did nothing wrong, and another try changes nothing
   */
  async verify(operation: Operation, answer: TokenAnswer): Promise<VerifiedAnswer> {
    const accessClaims = await this.verifier
      .verifyIssued(answer.accessToken)
      .catch((error: unknown) => refuse(error, operation, 'access token not accepted'));
    const idClaims = await this.idClaims(operation, answer.idToken);
    if (idClaims && idClaims.oid !== accessClaims.oid) {
      throw new ExternalMisconfigured({
        operation,
        reason: 'ID token and access token are about two people',
      });
    }
    return { accessClaims, idClaims };
  }

  /** `user` comes first, then the ID token, then the access token. */
  identity({ accessClaims, idClaims }: VerifiedAnswer, user: ProviderUser | null): ProviderIdentity {
    const sources = [user, readUser(idClaims), readUser(accessClaims)];
    const first = (field: keyof ProviderUser) =>
      sources.map((source) => source?.[field] ?? null).find((value) => value !== null) ?? null;
    const [, ...tokens] = sources;
    return {
      objectId: accessClaims.oid,
      name: first('name'),
      email: first('email'),
      // Linking rests on it (design section 4), so a signed one goes before the answer's.
      preferredUsername:
        tokens.find((token) => token?.preferredUsername)?.preferredUsername ?? first('preferredUsername'),
    };
  }

  private async idClaims(operation: Operation, idToken: string | null): Promise<VerifiedClaims | null> {
    if (idToken === null || !this.canBeForUs(idToken)) return null;
    return this.verifier
      .verifyIdToken(idToken)
      .catch((error: unknown) => refuse(error, operation, 'ID token not accepted'));
  }

  /** Without EXTERNAL_AUTH_CLIENT_ID nobody can say whom an ID token is for: it is left aside, not held against. */
  private canBeForUs(idToken: string): boolean {
    const settings = this.settings.get('externalAuth', { infer: true });
    if (!settings || settings.clientId !== null) return true;
    try {
      return [decodeJwt(idToken).aud]
        .flat()
        .some((aud) => aud !== undefined && settings.audiences.includes(aud));
    } catch {
      return true; // verification says what is wrong with it
    }
  }
}

function refuse(error: unknown, operation: Operation, reason: string): never {
  if (!(error instanceof TokenInvalid)) throw error;
  const { code, claim } = error.cause as { code?: string; claim?: string };
  const details = [code, claim].filter(Boolean).join(' ');
  throw new ExternalMisconfigured({ operation, reason, ...(details ? { code: details } : {}) });
}
