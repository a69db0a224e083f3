/** Which side checked (or checks) a person's password. */
export type AuthMode = 'local' | 'external';

export const ROLES = ['user', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** `POST /api/auth/login`. */
export interface SignInRequest {
  username: string;
  password: string;
}

/** `POST /api/auth/login/link`, after `link_required`. */
export interface LinkProofRequest {
  linkToken: string;
  /** The local one. */
  password: string;
}

/** `GET /api/auth/me`, and `user` of a {@link Session}. */
export interface User {
  id: number;
  username: string;
  /** The name the external side knows the person by, else the legacy full name, else the username. */
  name: string;
  email: string | null;
  role: Role;
  authMode: AuthMode;
}

/** What sign-in and refresh answer (RFC 6749 section 5.1, in camelCase). */
export interface Session {
  accessToken: string;
  tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  expiresIn: number;
  /** The absolute end of the session, whatever its use. RFC 3339, UTC. */
  sessionExpiresAt: string;
  /** Seconds without use after which the session ends. */
  idleTimeout: number;
  authMode: AuthMode;
  user: User;
}

/** An item of `GET /api/auth/sessions`: a sign-in on one device that still holds. Instants are RFC 3339, UTC. */
export interface OwnSession {
  id: string;
  createdAt: string;
  /** To half a minute. */
  lastUsedAt: string;
  /** The absolute end, whatever the use. */
  expiresAt: string;
  /** What the browser said of itself at sign-in; anybody can say anything. */
  userAgent: string | null;
  /** Where the sign-in came from. */
  address: string | null;
  authMode: AuthMode;
  /** Whether this is the session that asks. */
  current: boolean;
}

/** `POST /api/auth/trouble`: what somebody who cannot sign in has to say. */
export interface TroubleReport {
  message: string;
  /** As the person typed it; nobody has checked it. */
  username?: string;
}

/** `POST /api/auth/reset`: a new local password for whom an operator gave a code. */
export interface PasswordResetRequest {
  username: string;
  code: string;
  newPassword: string;
}

/**
 * How long a new local password is: characters at least, since NIST SP 800-63B-4 (August 2025) section 3.1.1.2 asks for
 * 15 of a password that is the only factor; UTF-16 units at most, as many as sign-in takes. Older ones may be shorter.
 */
export const PASSWORD_LENGTH = { least: 15, most: 1024 };

/** `POST /api/auth/password`: a new local password for a person who is signed in with the present one. */
export interface PasswordChangeRequest {
  password: string;
  newPassword: string;
}

/** Stages in the order in which they open. */
export const STAGES = ['off', 'shadow', 'test-users', 'percent', 'all'] as const;
export type Stage = (typeof STAGES)[number];

/** `GET /api/admin/rollout`. */
export interface Rollout {
  stage: Stage;
  /** Share of people on the external side while `stage` is `percent`, 0 to 100. */
  percent: number;
  /** Usernames that the stage `test-users` (and every later one) sends to the external side. */
  testUsers: string[];
  version: number;
  changedBy: string;
  /** RFC 3339, UTC. */
  changedAt: string;
  reason: string;
  /** Stops promotion until a person lifts it. */
  hold: null | { reason: string; since: string };
}

/** `PUT /api/admin/rollout`, with `If-Match: "<version>"`. */
export interface RolloutChange {
  stage: Stage;
  percent?: number;
  testUsers?: string[];
  reason: string;
  liftHold?: boolean;
}

/** Overrides the stage for one person; `null` leaves it to the stage. */
export type Pin = AuthMode | null;

export const READINESS = ['ready', 'at-risk', 'unknown'] as const;
export type Readiness = (typeof READINESS)[number];

/** Why a person is at risk, what weighs most first: a person counts under the first that fits. */
export const READINESS_REASONS = [
  'no_external_account',
  'disabled',
  'guest',
  'ambiguous',
  'conflict',
  'account_locked',
  'password_expired',
  'mfa_required',
  'password_differs',
  'no_local_password',
] as const;
export type ReadinessReason = (typeof READINESS_REASONS)[number];

/** `GET /api/admin/readiness`. The three add up to `total`, the reasons to `atRisk`. */
export interface ReadinessReport {
  total: number;
  ready: number;
  atRisk: number;
  unknown: number;
  reasons: Record<ReadinessReason, number>;
}

/** An item of `GET /api/admin/users`. */
export interface AdminUser {
  id: number;
  username: string;
  email: string | null;
  name: string;
  role: Role;
  active: boolean;
  /** The side that this person's next sign-in goes to. */
  authMode: AuthMode;
  pin: Pin;
  /** Entra object id (`oid`). */
  externalUserId: string | null;
  azureEmail: string | null;
  /** RFC 3339, UTC. */
  lastSignInAt: string | null;
  readiness: Readiness;
}

/** `PATCH /api/admin/users/:id`. */
export interface AdminUserChange {
  pin?: Pin;
  active?: boolean;
}

/** An entry of the audit trail. */
export interface AuditRecord {
  id: number;
  /** RFC 3339, UTC. */
  at: string;
  /** `user:7`, `cli:olga`, `cutover` for what happens by itself, `anonymous` before a sign-in. */
  actor: string;
  action: string;
  /** `user:7`, `session:<id>`. */
  subject: string | null;
  outcome: string;
  code: string | null;
  address: string | null;
  requestId: string | null;
  detail: unknown;
}

/** Every list. `nextCursor` goes back as `?cursor=` for the page after this one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
