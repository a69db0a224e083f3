import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import type { UserRecord } from '@cutover/users';

/** Seconds: 90 days. */
const LIFE = 90 * 86_400;

/** People that one browser remembers; on a shared machine the one who was away longest gives way. */
const REMEMBERED = 5;

/** User id, random id of the device, epoch seconds, MAC. */
const ENTRY = /^([1-9]\d{0,9})\.([\w-]{22})\.(\d{10,11})\.([\w-]{43})$/;
const SEPARATOR = '~';

interface Entry {
  text: string;
  userId: number;
  deviceId: string;
  /** Epoch seconds. */
  issuedAt: number;
}

type Owner = Pick<UserRecord, 'id' | 'credentialsChangedAt'>;

/**
 * Tells a browser that a person has signed in with before from one that anybody may hold (OWASP, "Slow Down Online
 * Guessing Attacks with Device Cookies"). It opens nothing: whoever steals one gets that device's few attempts a
 * minute. Each person on a shared machine has an entry of their own, and sign-out leaves them: that is when a
 * known device is of use. Once what they sign in with has changed, the devices of before are unknown: one of them may be
 * a thief's.
 */
@Injectable()
export class DeviceCookie {
  readonly name: string;
  readonly attributes: {
    path: '/';
    httpOnly: true;
    sameSite: 'strict';
    secure: boolean;
    /** Seconds. */
    maxAge: number;
  };
  private readonly keys: Buffer[];

  constructor(settings: SettingsService) {
    const { publicUrl } = settings.get('http', { infer: true });
    const secure = publicUrl.startsWith('https:');
    this.attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: LIFE };
    this.name = secure ? '__Host-cutover_device' : 'cutover_device';
    this.keys = settings.get('secrets', { infer: true }).localJwtSecrets.map(deviceKey);
  }

  /** The device's id where this person has signed in with it, else `null`. */
  deviceOf(value: string | undefined, user: Owner, now = Date.now()): string | null {
    const entry = this.entriesOf(value, now).find(({ userId }) => userId === user.id);
    return entry && entry.issuedAt >= firstAfterChange(user) ? entry.deviceId : null;
  }

  /** Whether anybody at all has signed in with it. */
  isKnown(value: string | undefined, now = Date.now()): boolean {
    return this.entriesOf(value, now).length > 0;
  }

  /** The value that also remembers this person, from now on and under a new id. */
  remember(value: string | undefined, user: Owner, now = Date.now()): string {
    const [key] = this.keys as [Buffer];
    const issuedAt = Math.max(Math.floor(now / 1000), firstAfterChange(user));
    const signed = `${user.id}.${randomBytes(16).toString('base64url')}.${issuedAt}`;
    const others = this.entriesOf(value, now).filter(({ userId }) => userId !== user.id);
    return [`${signed}.${mac(key, signed)}`, ...others.map(({ text }) => text)]
      .slice(0, REMEMBERED)
      .join(SEPARATOR);
  }

  /** Those that this service made and that are not too old. */
  private entriesOf(value: string | undefined, now: number): Entry[] {
    const texts = (value ?? '').split(SEPARATOR, REMEMBERED);
    return texts.flatMap((text) => {
      const [, userId = '', deviceId = '', issuedAt = '', code = ''] = ENTRY.exec(text) ?? [];
      const age = Math.floor(now / 1000) - Number(issuedAt);
      const genuine = code !== '' && this.isOurs(`${userId}.${deviceId}.${issuedAt}`, code);
      const entry = { text, userId: Number(userId), deviceId, issuedAt: Number(issuedAt) };
      return genuine && age < LIFE ? [entry] : [];
    });
  }

  private isOurs(signed: string, code: string): boolean {
    return this.keys.some((key) => timingSafeEqual(Buffer.from(mac(key, signed)), Buffer.from(code)));
  }
}

/** The first second of which no entry was made before the change. */
const firstAfterChange = ({ credentialsChangedAt }: Owner) =>
  credentialsChangedAt === null ? 0 : Math.floor(credentialsChangedAt / 1000) + 1;

/** A key of its own for this purpose, derived from the signing secret (RFC 5869). */
const deviceKey = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'cutover device cookie', 32));

const mac = (key: Buffer, signed: string) => createHmac('sha256', key).update(signed).digest('base64url');
