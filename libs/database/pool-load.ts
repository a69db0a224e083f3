import type { DataSource } from 'typeorm';

/** How busy a process's connections are. */
export interface PoolLoad {
  inUse: number;
  idle: number;
  most: number;
  /** Statements and transactions that wait for a connection. */
  waiting: number;
}

/** @returns `null` where there is no pool (any more) */
export const mysqlPoolLoad = ({ driver }: DataSource): PoolLoad | null =>
  (driver as { pool?: { load: PoolLoad } }).pool?.load ?? null;
