import {
  type CellId,
  type ContainerRef,
  nameOfCell,
  type PauseReason,
  placeOfContainer,
  shortPlace,
} from '@capsule/core';
import type { PauseCommands } from '../pause/commands.ts';
import type { Cells } from '../store/cells.ts';
import { cellError } from './errors.ts';
import { requireStaying, requireStayingContainer } from './require-cell.ts';

export interface CellPausesParts {
  readonly cells: Cells;
  readonly pauses: Pick<PauseCommands, 'hold' | 'release' | 'reasonsOf'>;
}

const OPERATOR: PauseReason = 'operator';

/**
 * Freezes cells and containers for an operator, and lets them go on. Each call returns whether it changes anything, and
 * fails with `CELL_NOT_FOUND` and `CELL_BEING_DELETED`. Idempotent.
 */
export class CellPauses {
  readonly #parts: CellPausesParts;

  constructor(parts: CellPausesParts) {
    this.#parts = parts;
  }

  /**
   * Freezes the containers of a cell that run. The root comes first: nothing starts beside one that
   * stands still. Fails with `CELL_NOT_RUNNING` if the root does not run.
   */
  async pause(id: CellId, signal?: AbortSignal): Promise<boolean> {
    const [root, ...siblings] = this.#containersOf(id);
    const first = root === undefined ? 'none' : await this.#hold(root, signal);
    if (first === 'none') throw cellError.NOT_RUNNING({ level: 'cell', place: nameOfCell(id) });
    const held = await Promise.all(siblings.map((ref) => this.#hold(ref, signal)));
    return [first, ...held].includes('held');
  }

  async pauseContainer(ref: ContainerRef, signal?: AbortSignal): Promise<boolean> {
    requireStayingContainer(this.#parts.cells, ref);
    const held = await this.#hold(ref, signal);
    if (held !== 'none') return held === 'held';
    const place = shortPlace(placeOfContainer(ref));
    throw cellError.NOT_RUNNING({ level: 'container', place });
  }

  /** Removes the operator's reason; a container resumes when no other reason is left. */
  async unpause(id: CellId, signal?: AbortSignal): Promise<boolean> {
    const changed = this.#containersOf(id).map((ref) => this.#release(ref, signal));
    return (await Promise.all(changed)).includes(true);
  }

  async unpauseContainer(ref: ContainerRef, signal?: AbortSignal): Promise<boolean> {
    requireStayingContainer(this.#parts.cells, ref);
    return this.#release(ref, signal);
  }

  #containersOf(id: CellId): readonly ContainerRef[] {
    return requireStaying(this.#parts.cells, id).containers.map(({ ref }) => ref);
  }

  async #hold(ref: ContainerRef, signal?: AbortSignal): Promise<'held' | 'was' | 'none'> {
    const { pauses } = this.#parts;
    const wasHeld = pauses.reasonsOf(ref).includes(OPERATOR);
    await pauses.hold(ref, OPERATOR, signal);
    if (wasHeld) return 'was';
    return pauses.reasonsOf(ref).includes(OPERATOR) ? 'held' : 'none';
  }

  async #release(ref: ContainerRef, signal?: AbortSignal): Promise<boolean> {
    const { pauses } = this.#parts;
    if (!pauses.reasonsOf(ref).includes(OPERATOR)) return false;
    await pauses.release(ref, OPERATOR, signal);
    return true;
  }
}
