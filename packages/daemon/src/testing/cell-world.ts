import assert from 'node:assert/strict';
import { CellService } from '@capsule/api/wire';
import {
  type CellDocument,
  type CellId,
  type CellRecord,
  type ContainerDocument,
  type ContainerRef,
  completeSpec,
  type NodeState,
  type WorkloadSpec,
} from '@capsule/core';
import { createLog, type Database, openStore } from '@capsule/engine';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { cellService } from '../api/cell-service.ts';
import { errorEdge } from '../api/error-edge.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import type { Ports } from '../system/ports.ts';
import { startResources } from '../system/resources.ts';
import { createTestResources } from './create-test-resources.ts';

/** Nothing happens in so many turns of the event loop: what is left waits for a long timer or for the outside. */
const QUIET_TURNS = 25;
/** A queue begins a run that is due with a timer, which the turns of an idle process overtake. */
const DUE_MS = 2;

/** A store, a runtime and a network, which outlive each capsuled. */
export class CellWorld implements AsyncDisposable {
  readonly #db = openStore(':memory:', MIGRATIONS);
  readonly #outside: Ports;
  #capsuled: Capsuled;

  constructor(outside: Ports) {
    this.#outside = outside;
    this.#capsuled = this.#boot();
  }

  get capsuled(): Capsuled {
    return this.#capsuled;
  }

  /** Another capsuled takes the place of this one, at whatever this one was at. */
  async restart(): Promise<void> {
    await this.#capsuled[Symbol.asyncDispose]();
    this.#capsuled = this.#boot();
  }

  #boot(): Capsuled {
    return new Capsuled(this.#db, this.#outside);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#capsuled[Symbol.asyncDispose]();
  }
}

/** One capsuled with its controllers, and a client of its cells. */
export class Capsuled implements AsyncDisposable {
  readonly #made;
  readonly #running = new AsyncDisposableStack();
  readonly client;

  constructor(db: Database, outside: Ports) {
    const made = createTestResources(db, outside);
    this.#made = made;
    const { records, cells, workloads } = made.resources;
    const { scopeCommands, scopeController, describer, commands: cellCommands, pauses } = cells;
    const parts = {
      ...records,
      cellPauses: pauses,
      cellCommands,
      scopeCommands,
      scopeController,
      describer,
    };
    const { controller } = workloads;
    const service = cellService({ ...parts, controller, feed: made.base.feed });
    const transport = createRouterTransport((router) => router.service(CellService, service), {
      router: { interceptors: [errorEdge(createLog(() => undefined))] },
    });
    this.client = createClient(CellService, transport);
    startResources(made.resources, this.#running);
  }

  get base() {
    return this.#made.base;
  }

  get resources() {
    return this.#made.resources;
  }

  stateOf(cell: CellId): NodeState | 'gone' {
    const record = this.resources.records.cells.get(cell);
    return record === undefined ? 'gone' : this.#describe(record).status.state;
  }

  stateOfContainer({ cell, container }: ContainerRef): NodeState | 'gone' {
    const record = this.resources.records.cells.get(cell);
    if (record === undefined) return 'gone';
    const shown = this.#describe(record).containers;
    return shown.find(({ ref }) => ref.container === container)?.status.state ?? 'gone';
  }

  #describe(record: CellRecord) {
    return this.resources.cells.describer.cell(record);
  }

  /** Resolves after a change that makes it so. */
  async until(is: () => boolean): Promise<void> {
    const changes = this.#made.base.feed.changes(AbortSignal.timeout(5_000));
    while (!is()) assert.notEqual((await changes.next()).done, true);
    await changes.return(undefined);
  }

  /** Resolves when all that can happen by itself now has happened. */
  async settle(): Promise<void> {
    let quiet = 0;
    using _listening = this.#made.base.feed.listen(() => {
      quiet = 0;
    });
    for (; quiet < 2 * QUIET_TURNS; quiet += 1) {
      if (quiet === QUIET_TURNS) await new Promise((resolve) => setTimeout(resolve, DUE_MS));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#running.disposeAsync();
  }

  /** Ends its timers and listeners without a wait for its calls: those of a killed capsuled never return. */
  abandon(): void {
    const { network, workloads, volumes, cells } = this.resources;
    volumes[Symbol.dispose]();
    network.namePublisher[Symbol.dispose]();
    void workloads.controller[Symbol.asyncDispose]();
    void cells.scopeController[Symbol.asyncDispose]();
  }
}

/** A container that runs until it is ended, once for each start that is asked for. */
export function containerOf(
  ref: ContainerRef,
  change: Partial<WorkloadSpec> = {},
): ContainerDocument {
  const name = ref.container;
  return {
    ref,
    spec: completeSpec({ name, image: 'nginx', restartPolicy: 'never', ...change }),
  };
}

export function cellOf(id: CellId, ...containers: readonly ContainerDocument[]): CellDocument {
  return { id, labels: {}, containers };
}
