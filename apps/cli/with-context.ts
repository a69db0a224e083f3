import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { settingsOfProcess } from '@cutover/config';
import { type MigrationStatus, Migrator } from '@cutover/database';
import { AuditMarking } from '@cutover/operations';
import { CliModule } from './cli.module';
import { SchemaNewer, SchemaNotCurrent } from './errors';

type Work<T> = (context: INestApplicationContext) => Promise<T>;

/** Runs work over the same libs as the API, whatever the schema, and closes everything afterwards. */
export async function withAnySchema<T>(work: Work<T>): Promise<T> {
  const { database, ...settings } = settingsOfProcess();
  const context = await NestFactory.createApplicationContext(
    // DATABASE_MIGRATE is for the API: here it would make a dry run change the schema.
    CliModule.forRoot({ ...settings, database: { ...database, migrateOnStart: false } }),
    { logger: false, abortOnError: false },
  );
  try {
    return await work(context);
  } finally {
    // What it wrote to the audit trail is proven by its last mark; without one, verify says so.
    await context
      .get(AuditMarking, { strict: false })
      .end()
      .catch(() => undefined);
    await context.close();
  }
}

/** @throws SchemaNewer for a database that a newer version has migrated; this one would misread it */
export function withKnownSchema<T>(
  work: (context: INestApplicationContext, schema: MigrationStatus) => Promise<T>,
) {
  return withAnySchema(async (context) => {
    const schema = await context.get(Migrator, { strict: false }).status();
    if (schema.unknown.length > 0) throw new SchemaNewer(schema.unknown);
    return work(context, schema);
  });
}

/** As {@link withKnownSchema}. @throws SchemaNotCurrent where steps are pending */
export function withCurrentSchema<T>(work: Work<T>): Promise<T> {
  return withKnownSchema((context, { pending }) => {
    if (pending.length > 0) throw new SchemaNotCurrent(pending);
    return work(context);
  });
}
