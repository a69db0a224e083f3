import type { DataSource } from 'typeorm';

/** How busy a process's connections are. */
export interface PoolLoad {
  inUse: number;
  idle: number;
  most: number;
  /** Statements and transactions that wait for a connection. */
  waiting: number;
}

/** What mysql2's pool keeps and does not tell otherwise (lib/base/pool.js). */
interface MysqlPool {
  config: { connectionLimit: number };
  _allConnections: { length: number };
  _freeConnections: { length: number };
  _connectionQueue: { length: number };
}

/** @returns `null` where the pool is another one than we know: a figure less, and no harm */
export function mysqlPoolLoad({ driver }: DataSource): PoolLoad | null {
  const { pool } = driver as { pool?: Partial<MysqlPool> };
  const [all, free, queue] = [pool?._allConnections, pool?._freeConnections, pool?._connectionQueue];
  if (!pool?.config || !all || !free || !queue) return null;
  return {
    inUse: all.length - free.length,
    idle: free.length,
    most: pool.config.connectionLimit,
    waiting: queue.length,
  };
}
