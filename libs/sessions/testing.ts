export { LeaseStore, type LeasedTokens } from './refresh/lease-store';
export { RefreshLeases } from './refresh/refresh-leases';
export { SessionHousekeeping } from './refresh/session-housekeeping';
export { openExternalSessions, type OpenSession } from './testing/open-external-sessions';
export { TokenVault } from './vault/token-vault';
