import '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { Session } from '@cutover/contracts';
import { clientAddress } from '@cutover/operations';
import {
  type Device,
  type IssuedSession,
  SessionCookie,
  SessionService,
  type SignIn,
} from '@cutover/sessions';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeviceCookie } from '../device/device-cookie';
import { attemptOf, type SignInHttpRequest } from './sign-in-attempt';
import { SignInRecord } from './sign-in-record';

/** What follows every sign-in of a browser, by whatever way it came: a session, its cookie, and a device that is known. */
@Injectable()
export class SignInAnswer {
  constructor(
    private readonly sessions: SessionService,
    private readonly cookie: SessionCookie,
    private readonly devices: DeviceCookie,
    private readonly record: SignInRecord,
  ) {}

  /** @throws InvalidCredentials where what was checked opens the account no more; ServiceUnavailable */
  async give(signIn: SignIn, request: SignInHttpRequest, reply: FastifyReply): Promise<Session> {
    const { session, cookie } = await this.started(signIn, request);
    // Whoever was signed in on this browser before is signed out: one browser, one session.
    await this.sessions.signOut(request.cookies[this.cookie.name]);
    const known = this.devices.remember(request.cookies[this.devices.name], signIn.user);
    reply.setCookie(this.devices.name, known, this.devices.attributes);
    // No Max-Age: the browser forgets it when it closes, the server decides how long it is worth something.
    reply.setCookie(this.cookie.name, cookie, this.cookie.attributes);
    return session;
  }

  private async started(signIn: SignIn, request: SignInHttpRequest): Promise<IssuedSession> {
    try {
      return await this.sessions.start(signIn, deviceOf(request));
    } catch (error) {
      await this.record.refused(attemptOf(request), error);
      throw error;
    }
  }
}

function deviceOf(request: FastifyRequest): Device {
  return {
    userAgent: request.headers['user-agent']?.slice(0, 255) ?? null,
    address: clientAddress(request.ip),
  };
}
