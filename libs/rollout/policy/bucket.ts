import { createHmac } from 'node:crypto';

/** Buckets that people fall into; a percent is a hundred of them. */
const BUCKETS = 10_000;

/**
 * The bucket of a person, 0 to 9999: always the same under one salt, and without a pattern in the ids that a legacy
 * table gave out. Six bytes leave no remainder that anybody could notice (2^48 mod 10,000 of 2^48).
 */
const bucketOf = (userId: number, salt: string) =>
  createHmac('sha256', salt).update(String(userId)).digest().readUIntBE(0, 6) % BUCKETS;

/** Whether a person belongs to a share of people. Whoever belongs to a share belongs to every larger one. */
export const isWithin = (userId: number, percent: number, salt: string) =>
  bucketOf(userId, salt) < (percent * BUCKETS) / 100;
