import type { Migration } from '@capsule/engine';

/** The schema of `/perm/state.db`. Append only: a step that was released never changes. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'workloads, their addresses and events',
    up: `
      CREATE TABLE workload_spec (
        name       TEXT PRIMARY KEY,
        uid        TEXT NOT NULL,
        generation INTEGER NOT NULL,
        desired    TEXT NOT NULL CHECK (desired IN ('running', 'stopped', 'deleting')),
        body       TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE workload_status (
        name TEXT PRIMARY KEY REFERENCES workload_spec (name) ON DELETE CASCADE,
        body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE address (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        network  TEXT NOT NULL,
        address  TEXT NOT NULL,
        owner    TEXT NOT NULL,
        UNIQUE (network, address),
        UNIQUE (network, owner)
      ) STRICT;
      CREATE TABLE event (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        subject TEXT NOT NULL,
        at      INTEGER NOT NULL,
        reason  TEXT NOT NULL,
        message TEXT NOT NULL
      ) STRICT;
      CREATE INDEX event_by_subject ON event (subject, id);
    `,
  },
  {
    name: 'runs and revisions of workloads, richer events',
    up: `
      ALTER TABLE workload_spec ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
      UPDATE workload_spec SET revision = generation;
      ALTER TABLE workload_spec ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE workload_spec ADD COLUMN stop_grace_ms INTEGER;
      ALTER TABLE event ADD COLUMN uid TEXT NOT NULL DEFAULT '';
      ALTER TABLE event ADD COLUMN severity TEXT NOT NULL DEFAULT 'normal';
      ALTER TABLE event ADD COLUMN exit_code INTEGER;
      ALTER TABLE event ADD COLUMN exit_signal INTEGER;
      ALTER TABLE event ADD COLUMN oom_killed INTEGER NOT NULL DEFAULT 0;
    `,
  },
  {
    name: 'the last wish of each workload that was ready',
    up: `
      CREATE TABLE workload_good (
        name       TEXT PRIMARY KEY REFERENCES workload_spec (name) ON DELETE CASCADE,
        uid        TEXT NOT NULL,
        generation INTEGER NOT NULL,
        body       TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    name: 'registries and logins',
    up: `
      CREATE TABLE registry (
        name TEXT PRIMARY KEY,
        body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE registry_login (
        name     TEXT PRIMARY KEY,
        username TEXT NOT NULL,
        secret   BLOB NOT NULL
      ) STRICT;
    `,
  },
  {
    name: 'volumes, and who holds them',
    up: `
      CREATE TABLE volume (
        name       TEXT PRIMARY KEY,
        uid        TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        stage      TEXT NOT NULL CHECK (stage IN ('creating', 'ready', 'deleting')),
        filling    TEXT NOT NULL CHECK (filling IN ('due', 'underway', 'done')),
        holder     TEXT,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX volume_by_holder ON volume (holder);
    `,
  },
  {
    name: 'snapshots, their schedules, and volumes made or restored from them',
    up: `
      CREATE TABLE volume_next (
        name           TEXT PRIMARY KEY,
        uid            TEXT NOT NULL,
        size_bytes     INTEGER NOT NULL,
        stage          TEXT NOT NULL CHECK
          (stage IN ('creating', 'importing', 'ready', 'restoring', 'deleting')),
        filling        TEXT NOT NULL CHECK (filling IN ('due', 'underway', 'done')),
        holder         TEXT,
        source_volume  TEXT,
        source_name    TEXT,
        schedule_every INTEGER,
        schedule_keep  INTEGER,
        created_at     INTEGER NOT NULL
      ) STRICT;
      INSERT INTO volume_next (name, uid, size_bytes, stage, filling, holder, created_at)
        SELECT name, uid, size_bytes, stage, filling, holder, created_at FROM volume;
      DROP TABLE volume;
      ALTER TABLE volume_next RENAME TO volume;
      CREATE INDEX volume_by_holder ON volume (holder);
      CREATE TABLE snapshot (
        volume     TEXT NOT NULL,
        name       TEXT NOT NULL,
        origin     TEXT NOT NULL CHECK (origin IN ('asked', 'scheduled', 'clone', 'export')),
        stage      TEXT NOT NULL CHECK (stage IN ('creating', 'ready', 'deleting')),
        size_bytes INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (volume, name)
      ) STRICT;
    `,
  },
  {
    name: 'of which import a volume came, until somebody uses it',
    up: 'ALTER TABLE volume ADD COLUMN imported TEXT;',
  },
  {
    name: 'whether the volume of a snapshot was filled then',
    up: `
      ALTER TABLE snapshot ADD COLUMN filling TEXT NOT NULL DEFAULT 'done'
        CHECK (filling IN ('due', 'underway', 'done'));
    `,
  },
  {
    name: 'who holds containers still',
    up: `
      CREATE TABLE pause (
        cell      TEXT NOT NULL,
        container TEXT NOT NULL,
        reason    TEXT NOT NULL CHECK (reason IN ('operator', 'poolFull')),
        PRIMARY KEY (cell, container, reason)
      ) STRICT;
      INSERT INTO pause (cell, container, reason)
        SELECT 'main_default_default_' || name, name, 'poolFull'
        FROM workload_status WHERE json_extract(body, '$.reason') = 'Paused';
    `,
    down: 'DROP TABLE pause;',
  },
];
