import { openDataSource, Migrator } from '@cutover/database';
import { describeOnEachEngine, schemaDrift } from '@cutover/database/testing';
import { RolloutPolicyEntity } from '@cutover/rollout';
import { ProviderTokenEntity, SessionBearerEntity, SessionEntity } from '@cutover/sessions';
import { UserEntity, UserStateEntity } from '@cutover/users';

const ENTITIES = [
  UserEntity,
  UserStateEntity,
  RolloutPolicyEntity,
  SessionEntity,
  ProviderTokenEntity,
  SessionBearerEntity,
];

describeOnEachEngine('the schema and the entities', (engine) => {
  it('agree: TypeORM finds no further step to take', async () => {
    const database = await engine.createDatabase();
    const dataSource = await openDataSource(database.connection, ENTITIES);
    try {
      await new Migrator(dataSource).migrate();
      expect(await schemaDrift(dataSource)).toEqual([]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});
