import { standInSettings } from '../../stack/external-settings.mjs';
import { alternate, median, perSecond } from '../measure.mjs';
import { addLinkedPeople, openToAll } from '../people.mjs';
import { ask } from '../upstream/ask.mjs';
import { AMOUNT, AT_ONCE, ROUNDS, signIns } from './external-sign-in.mjs';

/** Epoch milliseconds that nobody waits for. */
const FOR_EVER = 9_000_000_000_000;

/** External sign-ins while their entries are sealed, and where nobody seals them. @param {import('../place.mjs').Place} place */
export async function auditSealing(place) {
  const upstream = await place.program('upstream/upstream.mjs', { LATENCY: '50' });
  await ask(upstream.url, 'POST', '/bench/sign', {
    people: AT_ONCE,
    rounds: Math.ceil((2 * (ROUNDS + 1) * AMOUNT) / AT_ONCE) + 1,
  });
  const start = async (/** @type {string} */ name) => {
    const { url, connection } = await place.newDatabase();
    await addLinkedPeople(connection, AT_ONCE);
    await openToAll(place, url);
    const api = await place.api(name, { DATABASE_URL: url, ...standInSettings(upstream.url) });
    return { api, connection };
  };
  const unsealed = await start('api-unsealed');
  await unsealed.connection.query(
    `UPDATE cutover_audit_log_chain SET lease_owner = 'bench', lease_until = ${FOR_EVER} WHERE id = 1`,
  );
  const sealed = await start('api-sealed');
  const samples = await alternate(ROUNDS, { bare: signIns(unsealed.api.url), ours: signIns(sealed.api.url) });
  const [rows] = await sealed.connection.query(
    'SELECT COUNT(*) AS entries FROM cutover_audit_log WHERE unsealed = 1',
  );
  const [left] = /** @type {{ entries: number }[]} */ (rows);
  return [
    {
      work: `external sign-in, ${AT_ONCE} at once, its entries sealed meanwhile`,
      bare: perSecond(median(samples.bare)),
      ours: perSecond(median(samples.ours)),
      ratio: median(samples.ours) / median(samples.bare),
      aim: '>= 0.9',
      note: `bare: the same, with nobody to seal; ${left?.entries} entries waited at the end`,
      samples,
    },
  ];
}
