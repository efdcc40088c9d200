import {
  type CellContainer,
  type CellId,
  type CellRecord,
  type CellSpec,
  type ContainerRecord,
  type ContainerRef,
  type ContainerRole,
  cellKey,
  completeCell,
  completeContainer,
  containerKey,
  type DesiredState,
} from '@capsule/core';
import type { Database, Row, RowCache } from '@capsule/engine';

/** Changes of a container, in addition to its spec. */
export interface NextContainer {
  /** The change needs a new container. */
  readonly isNewRevision: boolean;
  /** The change begins a new run. */
  readonly isNewRun: boolean;
  /** Grace period of a stop, instead of the spec's. */
  readonly stopGraceMs: number | undefined;
  /** It is another container from now on. */
  readonly createdAt?: number;
}

/** Cells and their containers. The one writer of `cell` and `container`. */
export class Cells {
  readonly #db: Database;
  /** By the key of the cell; the list by an empty key. */
  readonly #cache: RowCache;
  /** Of rows that go with those of a cell. */
  readonly #dependent: readonly RowCache[];

  constructor(db: Database) {
    this.#db = db;
    this.#cache = db.cache('cell');
    this.#dependent = [db.cache('container_status'), db.cache('pause')];
  }

  /** All of them, ordered by name. */
  list(): readonly CellRecord[] {
    return this.#cache.get(ALL, 'list', () => this.#readAll());
  }

  get(id: CellId): CellRecord | undefined {
    const key = cellKey(id);
    return this.#cache.get(key, 'record', () => this.#read(key));
  }

  #readAll(): readonly CellRecord[] {
    const containers = Map.groupBy(
      this.#db.all('SELECT * FROM container ORDER BY role, rowid'),
      (row) => String(row['cell']),
    );
    return this.#db.all('SELECT * FROM cell ORDER BY realm, space, stack, name').map((row) => {
      const key = String(row['key']);
      return this.#cache.get(key, 'record', () => cellFromRows(row, containers.get(key) ?? []));
    });
  }

  #read(key: string): CellRecord | undefined {
    const row = this.#db.get('SELECT * FROM cell WHERE key = ?', key);
    if (row === undefined) return undefined;
    const sql = 'SELECT * FROM container WHERE cell = ? ORDER BY role, rowid';
    return cellFromRows(row, this.#db.all(sql, key));
  }

  container(ref: ContainerRef): ContainerRecord | undefined {
    const key = containerKey(ref);
    return this.get(ref.cell)?.containers.find((one) => containerKey(one.ref) === key);
  }

  /** Stores a new cell with generation 1. */
  insert(
    id: CellId,
    spec: CellSpec,
    rest: Pick<CellRecord, 'uid' | 'desired' | 'createdAt'>,
  ): void {
    const { realm, space, stack, cell } = id;
    this.#change(id);
    this.#db.run(
      `INSERT INTO cell (key, realm, space, stack, name, uid, generation, desired, body, created_at)
       VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
      ...[cellKey(id), realm, space, stack, cell],
      ...[rest.uid, rest.desired, JSON.stringify(spec), rest.createdAt],
    );
  }

  /** Stores a spec as the next generation. */
  update(id: CellId, spec: CellSpec, desired: DesiredState): void {
    this.#change(id);
    this.#db.run(
      'UPDATE cell SET body = ?, desired = ?, generation = generation + 1 WHERE key = ?',
      ...[JSON.stringify(spec), desired, cellKey(id)],
    );
  }

  /**
   * Begins the next generation with the same spec, in which all containers are recreated or
   * restarted.
   */
  beginAnother(
    id: CellId,
    { isNewRevision, isNewRun }: Pick<NextContainer, 'isNewRevision' | 'isNewRun'>,
  ): void {
    const key = this.#change(id);
    this.#db.run('UPDATE cell SET generation = generation + 1 WHERE key = ?', key);
    this.#db.run(
      `UPDATE container SET revision = revision + ?, run = run + ?, stop_grace_ms = NULL
       WHERE cell = ?`,
      ...[isNewRevision ? 1 : 0, isNewRun ? 1 : 0, key],
    );
  }

  /** Replaces the identity of a cell, with its containers. */
  renew(id: CellId, { uid, createdAt }: Pick<CellRecord, 'uid' | 'createdAt'>): void {
    const sql = 'UPDATE cell SET uid = ?, created_at = ? WHERE key = ?';
    const key = this.#change(id);
    this.#db.run(sql, uid, createdAt, key);
    this.#db.run('UPDATE container SET created_at = NULL WHERE cell = ?', key);
  }

  /** Removes a cell with its containers, unless it has changed since it was read. */
  remove({ id, uid, generation }: Pick<CellRecord, 'id' | 'uid' | 'generation'>): boolean {
    const sql = 'DELETE FROM cell WHERE key = ? AND uid = ? AND generation = ?';
    return this.#db.run(sql, this.#drop(id), uid, generation) > 0;
  }

  /** Stores a container with revision and run 1; it runs whenever its cell does, and may have been created later. */
  insertContainer(
    { cell, container }: ContainerRef,
    role: ContainerRole,
    spec: CellContainer,
    createdAt?: number,
  ): void {
    this.#db.run(
      `INSERT INTO container (cell, name, role, revision, run, body, created_at)
       VALUES (?, ?, ?, 1, 1, ?, ?)`,
      ...[this.#change(cell), container, role, JSON.stringify(spec), createdAt ?? null],
    );
  }

  /**
   * Sets the desired state of one container while its cell is to run. Counts as a change of the
   * cell.
   */
  desire({ cell, container }: ContainerRef, desired: DesiredState): void {
    const key = this.#change(cell);
    this.#db.run('UPDATE cell SET generation = generation + 1 WHERE key = ?', key);
    this.#db.run(
      'UPDATE container SET desired = ? WHERE cell = ? AND name = ?',
      ...[desired, key, container],
    );
  }

  /** Keeps a container of a stopped cell stopped when its cell restarts. Idempotent. */
  keepStopped({ cell, container }: ContainerRef): void {
    this.#db.run(
      "UPDATE container SET desired = 'stopped' WHERE cell = ? AND name = ? AND desired = 'running'",
      ...[this.#change(cell), container],
    );
  }

  /** Removes one container that is to go, unless its cell has changed since it was read. */
  removeContainer({ ref, generation }: Pick<ContainerRecord, 'ref' | 'generation'>): boolean {
    const changed = this.#db.run(
      `DELETE FROM container WHERE cell = ?1 AND name = ?2 AND desired = 'deleting'
         AND EXISTS (SELECT 1 FROM cell WHERE key = ?1 AND generation = ?3)`,
      ...[this.#drop(ref.cell), ref.container, generation],
    );
    return changed > 0;
  }

  updateContainer(
    { cell, container }: ContainerRef,
    spec: CellContainer,
    { isNewRevision, isNewRun, stopGraceMs, createdAt }: NextContainer,
  ): void {
    this.#db.run(
      `UPDATE container SET body = ?, stop_grace_ms = ?, revision = revision + ?, run = run + ?,
         created_at = coalesce(?, created_at)
       WHERE cell = ? AND name = ?`,
      ...[JSON.stringify(spec), stopGraceMs ?? null, isNewRevision ? 1 : 0, isNewRun ? 1 : 0],
      ...[createdAt ?? null, this.#change(cell), container],
    );
  }

  /** To be called before each change of a cell or its containers. Returns the key. */
  #change(id: CellId): string {
    const key = cellKey(id);
    this.#cache.change(key);
    this.#cache.change(ALL);
    return key;
  }

  /** The same where rows of containers may go. */
  #drop(id: CellId): string {
    const key = this.#change(id);
    for (const cache of this.#dependent) cache.change(key);
    return key;
  }
}

/** No cell has it. */
const ALL = '';

function cellFromRows(row: Row, containers: readonly Row[]): CellRecord {
  const id = {
    realm: String(row['realm']),
    space: String(row['space']),
    stack: String(row['stack']),
    cell: String(row['name']),
  };
  const shared = {
    uid: String(row['uid']),
    generation: Number(row['generation']),
    desired: row['desired'] as DesiredState,
  };
  return {
    id,
    ...shared,
    createdAt: Number(row['created_at']),
    spec: completeCell(JSON.parse(String(row['body']))),
    containers: containers.map((one) => containerFromRow(id, shared, one)),
  };
}

function containerFromRow(
  cell: CellId,
  shared: Pick<CellRecord, 'uid' | 'generation' | 'desired'>,
  row: Row,
): ContainerRecord {
  return {
    ref: { cell, container: String(row['name']) },
    role: row['role'] as ContainerRole,
    ...shared,
    desired: desiredOf(shared.desired, row['desired'] as DesiredState),
    spec: completeContainer(JSON.parse(String(row['body']))),
    revision: Number(row['revision']),
    run: Number(row['run']),
    ...(row['created_at'] === null ? {} : { createdAt: Number(row['created_at']) }),
    ...(row['stop_grace_ms'] === null ? {} : { stopGraceMs: Number(row['stop_grace_ms']) }),
  };
}

/** A container of a cell that is not to run does not run either, and one that is to go goes in any case. */
function desiredOf(cell: DesiredState, own: DesiredState): DesiredState {
  return cell === 'running' || (cell === 'stopped' && own === 'deleting') ? own : cell;
}
