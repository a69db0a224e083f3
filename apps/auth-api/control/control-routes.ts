import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { personSchema } from '../people/person';
import type { StandIn } from '../stand-in';
import { faultsChangeSchema } from './faults';

const peopleSchema = z.strictObject({ people: z.array(personSchema) });
const grantsSchema = z.strictObject({
  username: z.string().min(1),
  count: z.number().int().min(1).max(20_000),
});
const rotationSchema = z
  .strictObject({ forgetOld: z.boolean().default(false) })
  .default({ forgetOld: false });

/** Faults on demand, for whoever reaches the socket: it is bound to loopback. */
export function controlRoutes(server: FastifyInstance, standIn: StandIn): void {
  const state = () => ({
    faults: standIn.faults,
    calls: standIn.calls,
    connections: standIn.connections,
    redirectsFollowed: standIn.redirectsFollowed,
    replays: standIn.grants.replays,
    repliesLost: standIn.repliesLost,
    keys: standIn.keys.published().keys.map(({ kid }) => kid),
    people: standIn.directory.all(),
  });

  server.get('/control', state);
  server.put('/control/faults', (request) => {
    standIn.changeFaults(faultsChangeSchema.parse(request.body));
    return state();
  });
  server.delete('/control/faults', () => {
    standIn.resetFaults();
    return state();
  });
  server.delete('/control/counts', () => {
    standIn.resetCounts();
    return state();
  });
  server.put('/control/people', (request) => {
    standIn.directory.put(peopleSchema.parse(request.body).people);
    return state();
  });
  server.delete('/control/people', () => {
    standIn.directory.reset();
    return state();
  });
  server.post('/control/grants', async (request) => {
    const { username, count } = grantsSchema.parse(request.body);
    return { grants: await standIn.openGrants(username, count) };
  });
  server.post('/control/keys/rotate', async (request) => {
    await standIn.keys.rotate(rotationSchema.parse(request.body ?? undefined).forgetOld);
    return state();
  });
  server.all('/control/redirected', () => {
    standIn.redirectsFollowed += 1;
    return { redirected: true };
  });
}
