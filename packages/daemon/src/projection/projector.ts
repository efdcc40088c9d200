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
const ALL = 'all files';
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
  /** Paths of the files of each place, by its key. */
  readonly #written = new Map<string, readonly string[]>();
  #listener: Disposable | undefined;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
    this.#queue = new KeyedQueue({
      concurrency: 1,
      backOff: BACK_OFF,
      run: async (key) => {
        await (key === ALL ? this.#writeAll() : this.#writePlace(placeFromKey(key)));
        return undefined;
      },
      onFailure: (key, error, retryInMs) =>
        parts.log.warn('cannot write YAML files', { key, error, retryInMs }),
    });
  }

  start(): void {
    this.#queue.add(ALL);
    this.#listener = this.#parts.feed.listen((key) => {
      if (!key.includes('/')) this.#queue.add(key);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener?.[Symbol.dispose]();
    await this.#queue[Symbol.asyncDispose]();
  }

  /** Writes all files, and removes those of things that no longer exist. */
  async #writeAll(): Promise<void> {
    const { projection, scopes, cells } = this.#parts;
    const places = [
      ...scopes.list().map(({ place }) => place),
      ...cells.list().map(({ id }) => placeOfCell(id)),
    ];
    for (const place of places) await this.#writePlace(place);
    const own = new Set([...this.#written.values()].flat());
    for (const { path } of await projection.list()) {
      if (!own.has(path)) this.#report(path, await projection.remove(path));
    }
  }

  async #writePlace(place: Place): Promise<void> {
    const { projection, scopes, cells } = this.#parts;
    const id = cellOfPlace(place);
    const cell = id && cells.get(id);
    const scope = id === undefined ? scopes.get(place) : undefined;
    const files = new Map([
      ...(scope === undefined ? [] : [scopeFile(scope)]),
      ...(cell === undefined ? [] : this.#cellFiles(cell)),
    ]);
    for (const [path, text] of files) this.#report(path, await projection.write(path, text));
    for (const path of this.#written.get(placeKey(place)) ?? []) {
      if (!files.has(path)) this.#report(path, await projection.remove(path));
    }
    this.#written.set(placeKey(place), [...files.keys()]);
    if (files.size === 0) this.#written.delete(placeKey(place));
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
