import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadSettings } from '@cutover/config';
import type { Role } from '@cutover/contracts';
import { Database, Migrator } from '@cutover/database';
import type { TestDatabase } from '@cutover/database/testing';
import { PasswordChecker, UserRepository } from '@cutover/users';
import { createApp } from '../create-app';
import { Client } from './client';
import { routesOf } from './routes-of';
import { TrailSince } from './trail-since';

export const PUBLIC_URL = 'http://localhost:3000';

const SECRETS = {
  LOCAL_JWT_SECRET: randomBytes(32).toString('base64url'),
  TOKEN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  AUDIT_KEYS: `test:${randomBytes(32).toString('base64')}`,
};

/** Tests fail sign-ins on purpose, all from one address; those of the limits set them. */
const NO_LIMITS = {
  RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '0',
  RATE_LIMIT_SIGN_IN_PER_ACCOUNT_HOUR: '0',
  RATE_LIMIT_SIGN_IN_PER_ADDRESS: '0',
};

type Environment = Record<string, string | undefined>;

export interface Person {
  username: string;
  /** `null`: no local password. */
  password: string | null;
  /** By default the one that the external side has for a person of this name, so that a first sign-in there links. */
  email?: string | null;
  fullName?: string | null;
  role?: Role;
}

/** The real API on a real database, listening on a free port; started again with other settings at will. */
export class TestApi {
  readonly trail = new TrailSince(() => this.get(Database));

  private constructor(
    private app: NestFastifyApplication,
    private readonly database: TestDatabase,
    private environment: Environment,
  ) {}

  static async start(database: TestDatabase, environment: Environment = {}): Promise<TestApi> {
    return new TestApi(await boot(database, environment), database, environment);
  }

  /** As an operator would: the same database, other settings, no rebuild. */
  async restart(changes: Environment): Promise<void> {
    await this.app.close();
    this.environment = { ...this.environment, ...changes };
    this.app = await boot(this.database, this.environment);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app.getHttpServer().address() as AddressInfo).port}`;
  }

  /** A browser, or a script, of its own: nothing is shared between two of them. */
  client(): Client {
    return new Client(() => this.url);
  }

  get<T>(token: abstract new (...parameters: never[]) => T): T {
    return this.app.get<T>(token as never, { strict: false });
  }

  /** As `GET /api/auth/me`, whether the document lists them or not. */
  routes(): string[] {
    return routesOf(this.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
  }

  async addPerson({
    username,
    password,
    email = addressOf(username),
    fullName = null,
    role = 'user',
  }: Person): Promise<number> {
    const hashedPassword = password === null ? null : await this.get(PasswordChecker).hash(password);
    const { id } = await this.get(UserRepository).create({ username, email, fullName, role, hashedPassword });
    return id;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.drop();
  }
}

const addressOf = (username: string) => (username.includes('@') ? username : `${username}@contoso.example`);

async function boot(database: TestDatabase, environment: Environment): Promise<NestFastifyApplication> {
  const app = await createApp(
    loadSettings({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      PUBLIC_URL,
      ...SECRETS,
      ...NO_LIMITS,
      DATABASE_URL: database.url,
      ...environment,
    }),
  );
  try {
    await app.init();
    await app.get(Migrator, { strict: false }).migrate();
    await app.listen({ host: '127.0.0.1', port: 0 });
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
