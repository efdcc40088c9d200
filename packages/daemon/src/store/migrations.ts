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
    name: 'the last spec of each workload that was ready',
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
    name: 'volumes and their holders',
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
    name: 'the import of a volume, until its first use',
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
    name: 'reasons for which containers are paused',
    up: `
      CREATE TABLE pause (
        cell      TEXT NOT NULL,
        container TEXT NOT NULL,
        reason    TEXT NOT NULL CHECK (reason IN ('operator', 'poolFull')),
        PRIMARY KEY (cell, container, reason)
      ) STRICT;
      INSERT INTO pause (cell, container, reason)
        SELECT 'main_default_default_' || name, name, 'poolFull'
        FROM workload_status WHERE json_extract(body, '$.reason') = 'Paused'
          AND EXISTS (SELECT 1 FROM volume WHERE holder = workload_status.name);
    `,
    down: 'DROP TABLE pause;',
  },
  {
    name: 'cells and their containers in the place of workloads',
    up: `
      CREATE TABLE cell (
        key        TEXT PRIMARY KEY CHECK (key = realm || '_' || space || '_' || stack || '_' || name),
        realm      TEXT NOT NULL,
        space      TEXT NOT NULL,
        stack      TEXT NOT NULL,
        name       TEXT NOT NULL,
        uid        TEXT NOT NULL,
        generation INTEGER NOT NULL,
        desired    TEXT NOT NULL CHECK (desired IN ('running', 'stopped', 'deleting')),
        body       TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE container (
        cell          TEXT NOT NULL REFERENCES cell (key) ON DELETE CASCADE,
        name          TEXT NOT NULL,
        role          TEXT NOT NULL CHECK (role IN ('root', 'sibling')),
        revision      INTEGER NOT NULL,
        run           INTEGER NOT NULL,
        stop_grace_ms INTEGER,
        body          TEXT NOT NULL,
        PRIMARY KEY (cell, name)
      ) STRICT;
      CREATE UNIQUE INDEX container_root ON container (cell) WHERE role = 'root';
      CREATE TABLE container_status (
        cell      TEXT NOT NULL,
        container TEXT NOT NULL,
        body      TEXT NOT NULL,
        PRIMARY KEY (cell, container),
        FOREIGN KEY (cell, container) REFERENCES container (cell, name) ON DELETE CASCADE
      ) STRICT;
      CREATE TABLE cell_good (
        cell       TEXT PRIMARY KEY REFERENCES cell (key) ON DELETE CASCADE,
        uid        TEXT NOT NULL,
        generation INTEGER NOT NULL,
        body       TEXT NOT NULL
      ) STRICT;
      CREATE TABLE pause_next (
        cell      TEXT NOT NULL,
        container TEXT NOT NULL,
        reason    TEXT NOT NULL CHECK (reason IN ('operator', 'poolFull')),
        PRIMARY KEY (cell, container, reason),
        FOREIGN KEY (cell, container) REFERENCES container (cell, name) ON DELETE CASCADE
      ) STRICT;
      INSERT INTO cell
        (key, realm, space, stack, name, uid, generation, desired, body, created_at)
        SELECT 'main_default_default_' || name, 'main', 'default', 'default', name,
          uid, generation, desired,
          json_patch('{}', json_object(
            'kind', body -> '$.kind',
            'microVm', body -> '$.microVm',
            'networkMode', body -> '$.networkMode',
            'hostname', body -> '$.hostname',
            'extraHosts', body -> '$.extraHosts',
            'dns', body -> '$.dns',
            'dependsOn', body -> '$.dependsOn',
            'updatePolicy', body -> '$.updatePolicy',
            'updateTimeoutSeconds', body -> '$.updateTimeoutSeconds'
          )),
          created_at
        FROM workload_spec ORDER BY rowid;
      INSERT INTO container (cell, name, role, revision, run, stop_grace_ms, body)
        SELECT 'main_default_default_' || name, name, 'root', revision, run, stop_grace_ms,
          json_remove(body, '$.name', '$.kind', '$.microVm', '$.networkMode', '$.hostname', '$.extraHosts', '$.dns', '$.dependsOn', '$.updatePolicy', '$.updateTimeoutSeconds')
        FROM workload_spec ORDER BY rowid;
      INSERT INTO container_status (cell, container, body)
        SELECT 'main_default_default_' || name, name, body FROM workload_status;
      INSERT INTO cell_good (cell, uid, generation, body)
        SELECT 'main_default_default_' || name, uid, generation, body FROM workload_good;
      INSERT INTO pause_next (cell, container, reason)
        SELECT cell, container, reason FROM pause
        WHERE EXISTS (SELECT 1 FROM container c WHERE c.cell = pause.cell AND c.name = container);
      UPDATE address SET owner = 'main_default_default_' || owner;
      DROP TABLE pause;
      ALTER TABLE pause_next RENAME TO pause;
      DROP TABLE workload_status;
      DROP TABLE workload_good;
      DROP TABLE workload_spec;
    `,
    down: `
      CREATE TABLE workload_spec (
        name          TEXT PRIMARY KEY,
        uid           TEXT NOT NULL,
        generation    INTEGER NOT NULL,
        desired       TEXT NOT NULL CHECK (desired IN ('running', 'stopped', 'deleting')),
        body          TEXT NOT NULL,
        created_at    INTEGER NOT NULL,
        revision      INTEGER NOT NULL DEFAULT 1,
        run           INTEGER NOT NULL DEFAULT 0,
        stop_grace_ms INTEGER
      ) STRICT;
      CREATE TABLE workload_status (
        name TEXT PRIMARY KEY REFERENCES workload_spec (name) ON DELETE CASCADE,
        body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE workload_good (
        name       TEXT PRIMARY KEY REFERENCES workload_spec (name) ON DELETE CASCADE,
        uid        TEXT NOT NULL,
        generation INTEGER NOT NULL,
        body       TEXT NOT NULL
      ) STRICT;
      CREATE TABLE pause_next (
        cell      TEXT NOT NULL,
        container TEXT NOT NULL,
        reason    TEXT NOT NULL CHECK (reason IN ('operator', 'poolFull')),
        PRIMARY KEY (cell, container, reason)
      ) STRICT;
      INSERT INTO workload_spec
        (name, uid, generation, desired, body, created_at, revision, run, stop_grace_ms)
        SELECT cell.name, uid, generation, desired,
          json_patch(json_patch(cell.body, container.body), json_object('name', cell.name)),
          created_at, revision, run, stop_grace_ms
        FROM cell JOIN container ON container.cell = key AND container.name = cell.name
        WHERE key = 'main_default_default_' || cell.name ORDER BY cell.rowid;
      INSERT INTO workload_status (name, body)
        SELECT container, container_status.body FROM container_status
        JOIN workload_spec ON name = container AND cell = 'main_default_default_' || name;
      INSERT INTO workload_good (name, uid, generation, body)
        SELECT name, cell_good.uid, cell_good.generation, cell_good.body FROM cell_good
        JOIN workload_spec ON cell = 'main_default_default_' || name;
      INSERT INTO pause_next (cell, container, reason) SELECT cell, container, reason FROM pause;
      DELETE FROM address WHERE owner NOT IN
        (SELECT 'main_default_default_' || name FROM workload_spec);
      UPDATE address SET owner = substr(owner, length('main_default_default_') + 1);
      DROP TABLE pause;
      ALTER TABLE pause_next RENAME TO pause;
      DROP TABLE container_status;
      DROP TABLE cell_good;
      DROP TABLE container;
      DROP TABLE cell;
    `,
  },
  {
    name: 'volumes are held by cells, whose keys no workload has for a name',
    up: `
      UPDATE volume SET holder = 'main_default_default_' || holder WHERE instr(holder, '_') = 0;
    `,
    // Other cells keep their volumes: no workload may mount them while those containers run on,
    // unmanaged.
    down: `
      UPDATE volume SET holder = substr(holder, length('main_default_default_') + 1)
        WHERE substr(holder, 1, length('main_default_default_')) = 'main_default_default_';
    `,
  },
  {
    name: 'events of containers, by their keys',
    up: `
      UPDATE event SET subject = 'main_default_default_' || subject || '_' || subject
        WHERE instr(subject, '/') = 0 AND instr(subject, '_') = 0;
    `,
    // Events of other cells keep their keys, which no query of that version uses.
    down: `
      UPDATE event SET subject = substr(subject, (length(subject) + 22) / 2 + 1)
        WHERE subject = 'main_default_default_' || substr(subject, (length(subject) + 22) / 2 + 1)
          || '_' || substr(subject, (length(subject) + 22) / 2 + 1);
    `,
  },
  {
    name: 'desired state of a container while its cell is to run',
    up: `
      ALTER TABLE container ADD COLUMN desired TEXT NOT NULL DEFAULT 'running'
        CHECK (desired IN ('running', 'stopped', 'deleting'));
    `,
    down: 'ALTER TABLE container DROP COLUMN desired;',
  },
  {
    name: 'realms, spaces and stacks, of which each capsule has main/default/default',
    // Names hold no `_`, so two scopes never share a key. A space without a bridge has the one of the configuration.
    up: `
      CREATE TABLE scope (
        key        TEXT PRIMARY KEY,
        realm      TEXT NOT NULL,
        space      TEXT,
        stack      TEXT CHECK (stack IS NULL OR space IS NOT NULL),
        uid        TEXT NOT NULL,
        generation INTEGER NOT NULL,
        deleting   INTEGER NOT NULL DEFAULT 0,
        labels     TEXT NOT NULL DEFAULT '{}',
        namespace  TEXT UNIQUE,
        bridge     TEXT UNIQUE,
        cidr       TEXT UNIQUE,
        created_at INTEGER NOT NULL
      ) STRICT;
      INSERT INTO scope (key, realm, space, stack, uid, generation, namespace, created_at) VALUES
        ('main', 'main', NULL, NULL, lower(hex(randomblob(16))), 1, 'kukeon-main', unixepoch() * 1000),
        ('main_default', 'main', 'default', NULL, lower(hex(randomblob(16))), 1, NULL, unixepoch() * 1000),
        ('main_default_default', 'main', 'default', 'default', lower(hex(randomblob(16))), 1, NULL,
          unixepoch() * 1000);
    `,
    // That version has one bridge and one containerd namespace. The containers of other cells run on, unmanaged.
    down: `
      DELETE FROM cell WHERE key <> 'main_default_default_' || name;
      DELETE FROM address WHERE owner NOT IN (SELECT key FROM cell);
      DROP TABLE scope;
    `,
  },
  {
    name: 'updates of the system',
    up: `
      CREATE TABLE update_record (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        body       TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at   INTEGER
      ) STRICT;
    `,
    down: 'DROP TABLE update_record;',
  },
  {
    name: 'the identity of the capsule, operator keys, spent tokens and the audit log',
    // The way back leaves them: they may be there already.
    up: `
      CREATE TABLE IF NOT EXISTS capsule (
        one             INTEGER PRIMARY KEY CHECK (one = 1),
        id              TEXT NOT NULL,
        forgotten_until INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE TABLE IF NOT EXISTS operator_key (
        kid          TEXT PRIMARY KEY,
        public_key   BLOB NOT NULL,
        name         TEXT NOT NULL,
        role         TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
        host_access  INTEGER NOT NULL CHECK (host_access IN (0, 1)),
        added_by     TEXT NOT NULL,
        added_at     INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE TABLE IF NOT EXISTS spent_token (
        kid        TEXT NOT NULL,
        id         TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (kid, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS spent_token_by_expiry ON spent_token (expires_at);
      CREATE TABLE IF NOT EXISTS audit (
        sequence INTEGER PRIMARY KEY,
        at       INTEGER NOT NULL,
        who      TEXT NOT NULL,
        kid      TEXT NOT NULL,
        origin   TEXT NOT NULL,
        rpc      TEXT NOT NULL,
        object   TEXT NOT NULL,
        result   TEXT NOT NULL,
        previous BLOB NOT NULL,
        hash     BLOB NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS audit_head (
        one      INTEGER PRIMARY KEY CHECK (one = 1),
        sequence INTEGER NOT NULL,
        hash     BLOB NOT NULL
      ) STRICT;
    `,
    // That version does not use them. Without them, the capsule would have no owner after the next update.
    down: '-- they stay',
  },
  {
    name: 'when each container was created',
    // Containers of an earlier version have the age of their cell.
    up: 'ALTER TABLE container ADD COLUMN created_at INTEGER;',
    down: 'ALTER TABLE container DROP COLUMN created_at;',
  },
  {
    name: 'when tokens were issued that a power cut may make look unused',
    up: `
      CREATE TABLE token_mark (
        one        INTEGER PRIMARY KEY CHECK (one = 1),
        boot       TEXT NOT NULL,
        used_until INTEGER NOT NULL,
        lost_until INTEGER NOT NULL
      ) STRICT;
    `,
    down: 'DROP TABLE token_mark;',
  },
];
