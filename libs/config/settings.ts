import type { ConfigurationFault } from './configuration-error';

/** Everything that can be set, parsed and typed. One reader (load-settings.ts), many users. */
export interface Settings {
  nodeEnv: 'development' | 'test' | 'production';
  logLevel: LogLevel;
  http: HttpSettings;
  /** `null`: nothing is traced. */
  tracing: TracingSettings | null;
  database: DatabaseSettings;
  secrets: SecretSettings;
  session: SessionSettings;
  rateLimits: RateLimitSettings;
  /** Background checks a second that the stage `shadow` makes of the external side, all processes together. */
  shadowRate: number;
  guardrails: GuardrailSettings;
  /** `USE_EXTERNAL_AUTH`, the master switch: `false` sends every new sign-in to the local side. */
  useExternalAuth: boolean;
  /** `null` where the external API is not (fully) described; never so while {@link Settings.useExternalAuth}. */
  externalAuth: ExternalAuthSettings | null;
  /** Names of the settings that somebody set, whatever to. */
  given: readonly string[];
  /** What is said at each start: unsafe settings outside production, and exceptions that somebody chose. */
  cautions: readonly ConfigurationFault[];
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface HttpSettings {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** The origin that people type, without a trailing slash: `https://portal.example.org`. */
  publicUrl: string;
  /** Addresses or networks whose `X-Forwarded-*` headers are believed. */
  trustProxy: string[];
  /** Opens the details of `/health` to callers that are not on loopback. */
  metricsToken: string | null;
  /** Serves the OpenAPI document, and a page to try it. */
  apiDocs: boolean;
  /** Shown on the portal's sign-in page. */
  organisationName: string;
}

/** Where traces go, by OTLP over HTTP. */
export interface TracingSettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces`. */
  url: string;
  /** Sent along, a key of the collector's for instance. */
  headers: Record<string, string>;
  serviceName: string;
}

export interface DatabaseSettings {
  connection: { engine: 'mysql'; url: string } | { engine: 'sqlite'; path: string };
  /** Apply pending migrations when the API starts. */
  migrateOnStart: boolean;
}

export interface SecretSettings {
  /** The first signs, all verify. */
  localJwtSecrets: string[];
  /** The first encrypts, all decrypt. */
  tokenEncryptionKeys: EncryptionKey[];
  /** The first seals the audit trail, all verify it. */
  auditKeys: EncryptionKey[];
  /** 32 bytes, for backups and nothing else; `null` where none is set. Only the command line needs it. */
  backupKey: Buffer | null;
  /** The file that some of them were generated into, outside production; `null` when all were set. */
  keptIn: string | null;
}

export interface EncryptionKey {
  kid: string;
  /** 32 bytes, for AES-256-GCM, or for HMAC-SHA256 of the audit trail. */
  key: Buffer;
}

/** All in seconds. */
export interface SessionSettings {
  idleTimeout: number;
  absoluteTimeout: number;
  replayGrace: number;
  /** A provider's access token is refreshed when fewer seconds than this are left of it. */
  tokenRefreshBuffer: number;
  /** Between two looks for tokens that are due. */
  tokenRefreshInterval: number;
}

/** Failed sign-ins a minute after which further attempts are refused; 0 refuses none. */
export interface RateLimitSettings {
  perAccount: number;
  /** Of those that the external side refused, in an hour. */
  perAccountHour: number;
  /** An IPv4 address, or a /64 of IPv6. */
  perAddress: number;
}

/** When the rollout is looked at by itself, and what it takes to go back. */
export interface GuardrailSettings {
  /** Seconds between two evaluations. */
  interval: number;
  /** Seconds of sign-ins that each of them looks at. */
  window: number;
  /** Distinct people of the external side below whom nothing is concluded. */
  minUsers: number;
  /** Failing verdicts running after which the rollout goes back. */
  failures: number;
}

export interface ExternalAuthSettings {
  urls: {
    login: string;
    refresh: string;
    validate: string;
    userInfo: string;
    logout: string;
    /** `null` where tokens are checked by `validate` only. */
    jwks: string | null;
    /** Entra's own token endpoint, for refreshes; `null` sends them to `refresh`. */
    token: string | null;
  };
  /** Milliseconds, for one attempt at a call. */
  timeout: number;
  circuit: CircuitSettings;
  /** Accepted values of `iss`: the v1 and the v2 form of one tenant. */
  issuers: string[];
  /** Accepted values of `aud`. */
  audiences: string[];
  /** `null` where tokens are checked by `validate` only and nobody said it. */
  tenantId: string | null;
  /** Our client id over there: a further accepted `aud` of ID tokens (OIDC Core section 2). */
  clientId: string | null;
  clientSecret: string | null;
  /** Epoch milliseconds; `null` where nobody said so. */
  clientSecretExpires: number | null;
  /** `jwks`: tokens are JWTs that the keys verify. `introspect`: the API is asked, at sign-in and refresh. */
  tokenValidation: 'jwks' | 'introspect';
  /** What the browser gets: the provider's access token, or a JWT of ours that stands for the session. */
  bearer: 'access_token' | 'session';
  /** Takes access tokens for our audience that another application obtained. */
  acceptBearer: boolean;
  /** Client ids (`azp`, `appid`) of these applications. */
  allowedClients: string[];
  /** Appended as `@domain` to a typed name without one; `null` sends the name as typed. */
  usernameDomain: string | null;
  usernameSource: 'typed' | 'azure_email';
  /** Make a local row for a person whom only the external side knows. */
  provision: boolean;
  /** What serves a person of the external side while it is unavailable. */
  fallback: 'none' | 'local';
  /** A refresh whose answer was lost is tried again with the same token. */
  refreshRepeat: boolean;
  /** Seconds between two background probes of the API. */
  probeInterval: number;
}

/** When calls to a host that does not serve are stopped, and for how long. */
export interface CircuitSettings {
  /** Outages in a row that open it. */
  failures: number;
  /** Seconds until one call is let through to see. */
  reset: number;
}
