import {
  type CellRecord,
  cellOfPlace,
  documentOfCell,
  documentOfContainer,
  type Place,
  type Projection,
  type ProjectionState,
  placeFromKey,
  placeKey,
  placeOfCell,
  placeOfContainer,
  printCell,
  printCellContainer,
  printScope,
  projectionPath,
  type ScopeRecord,
} from '@capsule/core';
import { type Feed, KeyedQueue, type Log } from '@capsule/engine';
import { stringify } from 'yaml';
import type { Cells } from '../store/cells.ts';
import type { Scopes } from '../store/scopes.ts';

/** Back-off between failed writes. */
const BACK_OFF = { firstMs: 500, mostMs: 60_000, jitter: 0.2 };
/** Key of the first comparison of all files with the store. */
const STRAY = 'stray files';
const HEADER =
  '# capsuled writes this file from its store and overwrites every edit. Apply a manifest to change it.\n';

export interface ProjectorParts {
  readonly projection: Projection;
  readonly scopes: Pick<Scopes, 'get' | 'list'>;
  readonly cells: Pick<Cells, 'get' | 'list'>;
  /** The id of a container in the runtime. */
  readonly runtimeId: (ref: CellRecord['containers'][number]['ref']) => string;
  readonly feed: Feed;
  readonly log: Log;
}

/** Keeps a readable YAML file for each realm, space, stack, cell and container. The store is the truth. */
export class Projector implements AsyncDisposable {
  readonly #parts: ProjectorParts;
  readonly #queue: KeyedQueue;
  /** The files of each place, by its key. */
  readonly #written = new Map<string, WrittenFiles>();
  #listener: Disposable | undefined;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
    this.#queue = new KeyedQueue({
      concurrency: 1,
      backOff: BACK_OFF,
      run: async (key) => {
        await (key === STRAY ? this.#removeStray() : this.#writePlace(placeFromKey(key)));
        return undefined;
      },
      onFailure: (key, error, retryInMs) =>
        parts.log.warn('cannot write YAML files', { key, error, retryInMs }),
    });
  }

  start(): void {
    // Each place by itself: one whose file cannot be written holds up no other.
    for (const place of this.#places()) this.#queue.add(placeKey(place));
    this.#queue.add(STRAY);
    this.#listener = this.#parts.feed.listen((key) => {
      if (!key.includes('/')) this.#queue.add(key);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener?.[Symbol.dispose]();
    await this.#queue[Symbol.asyncDispose]();
  }

  #places(): readonly Place[] {
    const { scopes, cells } = this.#parts;
    return [
      ...scopes.list().map(({ place }) => place),
      ...cells.list().map(({ id }) => placeOfCell(id)),
    ];
  }

  /** Removes the files of things that no longer exist, and no file that capsuled never wrote. */
  async #removeStray(): Promise<void> {
    const { projection } = this.#parts;
    const files = await projection.list();
    const own = new Set(this.#places().flatMap((place) => [...this.#filesOf(place).keys()]));
    for (const { path, state } of files) {
      if (state === 'foreign' || own.has(path)) continue;
      this.#report(path, await projection.remove(path));
    }
  }

  /** Most events change a status alone, which no file shows. */
  async #writePlace(place: Place): Promise<void> {
    const { projection } = this.#parts;
    const key = placeKey(place);
    const version = this.#versionOf(place);
    const before = this.#written.get(key);
    if (before !== undefined && before.version === version) return;
    const files = this.#filesOf(place);
    for (const [path, text] of files) this.#report(path, await projection.write(path, text));
    for (const path of before?.paths ?? []) {
      if (!files.has(path)) this.#report(path, await projection.remove(path));
    }
    if (files.size === 0) this.#written.delete(key);
    else this.#written.set(key, { version, paths: [...files.keys()] });
  }

  /** Changes with everything that the files of a place show. */
  #versionOf(place: Place): string {
    const { scopes, cells } = this.#parts;
    const id = cellOfPlace(place);
    const record = id === undefined ? scopes.get(place) : cells.get(id);
    if (record === undefined) return 'gone';
    // A container that is gone leaves its cell without another generation.
    const names = 'containers' in record ? record.containers.map(({ ref }) => ref.container) : [];
    return [record.uid, record.generation, ...names].join(' ');
  }

  #filesOf(place: Place): ReadonlyMap<string, string> {
    const { scopes, cells } = this.#parts;
    const id = cellOfPlace(place);
    const cell = id && cells.get(id);
    const scope = id === undefined ? scopes.get(place) : undefined;
    return new Map([
      ...(scope === undefined ? [] : [scopeFile(scope)]),
      ...(cell === undefined ? [] : this.#cellFiles(cell)),
    ]);
  }

  #cellFiles(cell: CellRecord): readonly (readonly [string, string])[] {
    const { uid, generation, createdAt } = cell;
    const shared = { uid, generation, createdAt: new Date(createdAt).toISOString() };
    const document = printCell(documentOfCell(cell));
    return [
      [projectionPath(placeOfCell(cell.id)), textOf({ ...document, ...shared })],
      ...cell.containers.map((container) => {
        const printed = printCellContainer(documentOfContainer(cell, container)) as {
          readonly spec: object;
        };
        const spec = { ...printed.spec, containerdId: this.#parts.runtimeId(container.ref) };
        const path = projectionPath(placeOfContainer(container.ref));
        return [path, textOf({ ...printed, spec, ...shared })] as const;
      }),
    ];
  }

  #report(path: string, before: ProjectionState): void {
    if (before !== 'edited' && before !== 'lost' && before !== 'foreign') return;
    this.#parts.log.warn('a YAML file of the capsule was changed by hand', { path, before });
  }
}

interface WrittenFiles {
  /** Of the record that they show. */
  readonly version: string;
  readonly paths: readonly string[];
}

function scopeFile(record: ScopeRecord): readonly [string, string] {
  const { uid, generation, createdAt } = record;
  const text = textOf({
    ...printScope(record),
    uid,
    generation,
    createdAt: new Date(createdAt).toISOString(),
  });
  return [projectionPath(record.place), text];
}

function textOf(document: object): string {
  return HEADER + stringify(document);
}
