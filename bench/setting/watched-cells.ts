import { connectCapsule } from '@capsule/api/node';
import {
  type CapsuleClient,
  type Cell,
  cellDocumentToProto,
  Level,
  NodeState,
  placeToProto,
} from '@capsule/api/wire';
import { type CellId, completeSpec, isCapsuleError, placeOfCell } from '@capsule/core';
import { benchError } from '../errors.ts';

/** One client that follows all cells of a capsule, and makes cells of one image. */
export class WatchedCells implements AsyncDisposable {
  readonly #client: CapsuleClient;
  readonly #image: string;
  readonly #latest = new Map<string, Cell>();
  readonly #waiting = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor(host: string, image: string) {
    this.#client = connectCapsule(host);
    this.#image = image;
    this.#ended = this.#follow();
  }

  /** From the call of Apply to the news that all containers of the cell run, in milliseconds. */
  async run(name: string, containers: readonly string[], space = 'default'): Promise<number> {
    const begunAt = performance.now();
    const { cells } = await this.#client.manifest.apply({
      cells: [this.#declare(idOf(name, space), containers)],
    });
    const refused = cells.find(({ error }) => error !== undefined)?.error;
    if (refused) throw benchError.COMMAND_FAILED({ command: 'apply', said: refused.message });
    await this.#until(name, (cell) => running(cell) === containers.length);
    return performance.now() - begunAt;
  }

  /** Resolves when nothing is left of it. */
  async remove(name: string, space = 'default'): Promise<void> {
    const place = placeToProto(placeOfCell(idOf(name, space)));
    await this.#client.cell.delete({ place, cascade: true, force: true });
    this.#latest.delete(name);
  }

  /** All cells, as `get cells` asks for them. Milliseconds. */
  async list(): Promise<number> {
    const begunAt = performance.now();
    await this.#client.cell.list({ level: Level.CELL });
    return performance.now() - begunAt;
  }

  #declare(id: CellId, containers: readonly string[]) {
    return cellDocumentToProto({
      id,
      labels: {},
      containers: containers.map((container) => ({
        ref: { cell: id, container },
        spec: completeSpec({ name: container, image: this.#image }),
      })),
    });
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for await (const { node } of this.#client.cell.watch({ level: Level.CELL }, { signal })) {
        if (node?.node.case === 'cell') {
          this.#latest.set(node.node.value.place?.cell ?? '', node.node.value);
        }
        this.#wake();
      }
    } catch (error) {
      if (!signal.aborted && !isCapsuleError(error)) throw error;
    } finally {
      this.#isOver = true;
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #until(name: string, is: (cell: Cell) => boolean): Promise<void> {
    for (;;) {
      const seen = this.#latest.get(name);
      if (seen !== undefined && is(seen)) return;
      if (this.#isOver) throw benchError.WATCH_ENDED({ waitingFor: name });
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    this.#client.close();
  }
}

function idOf(cell: string, space: string): CellId {
  return { realm: 'main', space, stack: 'default', cell };
}

function running({ containers }: Cell): number {
  return containers.filter(({ status }) => status?.state === NodeState.READY).length;
}
