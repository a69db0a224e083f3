import type { DataSource } from 'typeorm';

/** The statements with which TypeORM would bring the schema to the entities: none, when migrations and entities agree. */
export async function schemaDrift(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}
