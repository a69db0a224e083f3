import { ExternalMisconfigured } from '../errors';
import { connectionFailure } from '../transport/connection-failure';
import { adviceFor } from './advice';
import { lookAt, type TlsFacts } from './connection';
import { type Finding, StepFailed } from './step-recorder';

const DAY = 86_400_000;
/** Days before the end of a certificate at which somebody should know. */
const SOON = 14;

/**
 * Name, handshake and certificate of one host.
 *
 * @param timeout milliseconds
 * @throws StepFailed, ExternalUnavailable, ExternalMisconfigured
 */
export async function connectionStep(origin: string, timeout: number, now = Date.now()): Promise<Finding> {
  const { addresses, tls } = await lookAt(origin, timeout).catch((error: unknown) => {
    throw connectionFailure('login', error, false);
  });
  const host = addresses === null ? origin : `${origin} (${addresses} address${addresses === 1 ? '' : 'es'})`;
  if (tls === null) return { found: `${host}: plain http, which stays on this machine` };
  const found = `${host}: ${described(tls)}`;
  if (tls.distrust !== null)
    throw new StepFailed(`${found}, not trusted (${tls.distrust})`, adviceOn(tls.distrust));
  const days = Math.floor((tls.validUntil - now) / DAY);
  return { found, advice: days < SOON ? `The certificate ends in ${days} day(s): have it renewed.` : null };
}

const described = ({ protocol, issuer, validUntil }: TlsFacts) =>
  `${protocol}, certificate of ${issuer}, valid until ${new Date(validUntil).toISOString().slice(0, 10)}`;

const adviceOn = (code: string) =>
  adviceFor(new ExternalMisconfigured({ operation: 'login', reason: 'certificate not trusted', code }));
