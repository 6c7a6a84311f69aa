package postgres

// MigrateWith is migrate with other migration files, for tests.
var MigrateWith = migrateWith
