export { LeaseStore } from './refresh/lease-store';
export type { LeasedTokens } from './refresh/leased-tokens';
export { RefreshLeases } from './refresh/refresh-leases';
export { SessionHousekeeping } from './refresh/session-housekeeping';
export { openExternalSessions, type OpenSession } from './testing/open-external-sessions';
export { TokenVault } from './vault/token-vault';
