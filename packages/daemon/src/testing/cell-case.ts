import { capsuleErrorFrom, placeToProto } from '@capsule/api/wire';
import {
  type CellDocument,
  type CellId,
  type ContainerDocument,
  type ContainerRef,
  placeOfCell,
  placeOfContainer,
  type WorkloadSpec,
} from '@capsule/core';
import { ConnectError } from '@connectrpc/connect';
import type { CellOutcome, DesiredCell } from '../cell/apply.ts';
import { type CellWorld, cellOf, containerOf } from './cell-world.ts';

/** The thing that a verb acts on. */
export type Subject = 'cell' | 'root' | 'sibling';
export type CellVerb = 'start' | 'stop' | 'kill' | 'restart' | 'pause' | 'unpause';

/** One cell of a root `web` and a sibling `side`, of which one is acted on. */
export class CellCase {
  readonly world: CellWorld;
  readonly id: CellId;
  readonly subject: Subject;
  /** How the container that is acted on differs; of a cell it is the root. */
  change: Partial<WorkloadSpec> = {};

  constructor(world: CellWorld, cell: string, subject: Subject) {
    this.world = world;
    this.id = { realm: 'main', space: 'default', stack: 'default', cell };
    this.subject = subject;
  }

  get root(): ContainerRef {
    return { cell: this.id, container: 'web' };
  }

  get sibling(): ContainerRef {
    return { cell: this.id, container: 'side' };
  }

  get ref(): ContainerRef {
    return this.subject === 'sibling' ? this.sibling : this.root;
  }

  /** Resolves when all is stored that it leads to. */
  applyCell(...refs: readonly ContainerRef[]): Promise<string> {
    return this.apply({ cell: cellOf(this.id, ...refs.map((ref) => this.#document(ref))) });
  }

  /** Declares what is acted on, as it is or otherwise. */
  async declare(how: 'same' | 'other', createOnly: boolean): Promise<string> {
    const change = how === 'other' ? { image: 'redis' } : {};
    const desired =
      this.subject === 'cell'
        ? { cell: this.#declaredCell(change) }
        : { container: this.#document(this.ref, change) };
    return this.apply({ ...desired, createOnly });
  }

  act(verb: CellVerb): Promise<string> {
    const { client } = this.world.capsuled;
    return codeOr(async () =>
      (await client[verb]({ place: this.#place })).changed ? 'done' : 'no change',
    );
  }

  remove(how: { readonly cascade?: boolean; readonly force?: boolean } = {}): Promise<string> {
    const { client } = this.world.capsuled;
    return codeOr(async () =>
      (await client.delete({ place: this.#place, ...how })).existed ? 'done' : 'not found',
    );
  }

  /** Of the cell, the root and the sibling. */
  states(): readonly string[] {
    const { capsuled } = this.world;
    const containers = [this.root, this.sibling].map((ref) => capsuled.stateOfContainer(ref));
    return [capsuled.stateOf(this.id), ...containers];
  }

  async apply(desired: DesiredCell): Promise<string> {
    const outcomes = this.world.capsuled.resources.cells.applier.applyAll([desired]);
    return outcomes.map(describeOutcome).join();
  }

  /** An empty cell is declared as it is. */
  #declaredCell(change: Partial<WorkloadSpec>): CellDocument {
    const stored = this.world.capsuled.resources.records.cells.get(this.id)?.containers;
    const isEmpty = stored?.length === 0 && Object.keys(change).length === 0;
    const containers = [this.#document(this.root, change), this.#document(this.sibling)];
    return cellOf(this.id, ...(isEmpty ? [] : containers));
  }

  #document(ref: ContainerRef, change: Partial<WorkloadSpec> = {}): ContainerDocument {
    const own = ref.container === this.ref.container ? this.change : {};
    return containerOf(ref, { ...own, ...change });
  }

  get #place() {
    const isCell = this.subject === 'cell';
    return placeToProto(isCell ? placeOfCell(this.id) : placeOfContainer(this.ref));
  }
}

function describeOutcome(one: CellOutcome): string {
  return 'error' in one ? one.error.code : one.applied.change;
}

async function codeOr(call: () => Promise<string>): Promise<string> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return capsuleErrorFrom(error).code;
  }
}
