/** A schema step that will not run: it would lose something, or the database is not what it expects. Nothing was changed. */
export class MigrationRefusal extends Error {
  override readonly name = 'MigrationRefusal';
}
