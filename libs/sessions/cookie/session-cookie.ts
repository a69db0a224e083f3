import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';

export interface SessionReference {
  sessionId: string;
  /** Counts the rotations of the cookie: 1 at sign-in. */
  generation: number;
}

const FORM = /^([0-9a-f-]{36})\.([1-9]\d{0,8})\.([\w-]{43})$/;

/**
 * The value of the session cookie: which session, which rotation, and a MAC over both. Nothing of it is stored:
 * the same generation always yields the same value, so a lost answer can be given again, and a stolen database
 * row opens no session.
 */
@Injectable()
export class SessionCookie {
  readonly name: string;
  readonly attributes: { path: '/'; httpOnly: true; sameSite: 'strict'; secure: boolean };
  private readonly keys: Buffer[];

  constructor(settings: SettingsService) {
    const { publicUrl } = settings.get('http', { infer: true });
    const secure = publicUrl.startsWith('https:');
    this.attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure };
    // The prefix makes browsers refuse the cookie unless it is Secure, for the whole origin and no other host (RFC 6265bis section 4.1.3.2).
    this.name = secure ? '__Host-cutover_session' : 'cutover_session';
    this.keys = settings.get('secrets', { infer: true }).localJwtSecrets.map(cookieKey);
  }

  encode(reference: SessionReference): string {
    const [key] = this.keys as [Buffer];
    return `${reference.sessionId}.${reference.generation}.${mac(key, reference)}`;
  }

  /** `null` for whatever this service did not issue. */
  decode(value: string | undefined): SessionReference | null {
    const [, sessionId, generation, code] = FORM.exec(value ?? '') ?? [];
    if (!sessionId || !generation || !code) return null;
    const reference = { sessionId, generation: Number(generation) };
    // As text: base64url has several spellings of the same bytes (RFC 4648 section 3.5), and one is ours.
    const given = Buffer.from(code);
    return this.keys.some((key) => timingSafeEqual(Buffer.from(mac(key, reference)), given))
      ? reference
      : null;
  }
}

/** A key of its own for this purpose, derived from the signing secret (RFC 5869). */
const cookieKey = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'cutover session cookie', 32));

const mac = (key: Buffer, { sessionId, generation }: SessionReference) =>
  createHmac('sha256', key).update(`${sessionId}.${generation}`).digest('base64url');
