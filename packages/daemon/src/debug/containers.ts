import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type ContainerRef,
  cellOfWorkload,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadCommands } from '../workload/commands.ts';
import type { WorkloadController } from '../workload/controller.ts';
import { debugSpec } from './debug-spec.ts';
import { debugError } from './errors.ts';

/** The wait for a container that is being deleted; capsuled goes on deleting it afterwards. */
const GONE_MS = 30_000;

export interface DebugContainersParts {
  /** One file for each container that ends with its session, so that a later capsuled deletes it. */
  readonly folder: string;
  readonly commands: Pick<WorkloadCommands, 'apply' | 'delete'>;
  readonly controller: Pick<WorkloadController, 'describe' | 'untilGone'>;
  readonly specs: Pick<WorkloadSpecs, 'get'>;
  readonly feed: Pick<Feed, 'changes'>;
}

/** A running container of a debug session. */
export interface DebugContainer extends AsyncDisposable {
  readonly ref: ContainerRef;
}

/** Makes and removes the containers of debug sessions. */
export class DebugContainers {
  readonly #parts: DebugContainersParts;

  constructor(parts: DebugContainersParts) {
    this.#parts = parts;
  }

  /** Deletes the containers whose sessions a killed capsuled has left. */
  async removeLeft(): Promise<void> {
    const { folder, commands } = this.#parts;
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      commands.delete(name, true);
      await rm(path.join(folder, name), { force: true });
    }
  }

  /**
   * Starts a container, and waits until it runs. Disposing it deletes it; one that is kept stays as a workload. Fails with
   * `DEBUG_NOT_STARTED`, and as an apply.
   */
  async open(
    { image, keep }: { readonly image: string; readonly keep: boolean },
    signal: AbortSignal,
  ): Promise<DebugContainer> {
    const name = `capsule-debug-${randomBytes(3).toString('hex')}`;
    await using stack = new AsyncDisposableStack();
    if (!keep) {
      await writeFile(this.#markOf(name), '');
      stack.defer(() => this.#remove(name));
    }
    const { record } = this.#parts.commands.apply(debugSpec(name, image));
    await this.#untilRunning(record, signal);
    const rest = stack.move();
    return { ref: record.ref, [Symbol.asyncDispose]: () => rest.disposeAsync() };
  }

  async #untilRunning(record: WorkloadRecord, signal: AbortSignal): Promise<void> {
    const { controller, feed, specs } = this.#parts;
    const { name, image } = record.spec;
    const changes = feed.changes(signal);
    for (;;) {
      const now = specs.get(name);
      if (now === undefined) throw debugError.NOT_STARTED({ image, reason: 'it was deleted' });
      const { status } = controller.describe(now);
      if (status.phase === 'running') break;
      if (status.phase === 'failed') {
        throw debugError.NOT_STARTED({ image, reason: reasonOf(status) });
      }
      if ((await changes.next()).done === true) signal.throwIfAborted();
    }
    await changes.return(undefined);
  }

  async #remove(name: string): Promise<void> {
    const { commands, controller } = this.#parts;
    commands.delete(name, true);
    const isGone = await controller.untilGone(cellOfWorkload(name), AbortSignal.timeout(GONE_MS));
    if (isGone) await rm(this.#markOf(name), { force: true });
  }

  #markOf(name: string): string {
    return path.join(this.#parts.folder, name);
  }
}

function reasonOf({ message, reason }: Workload['status']): string {
  return message === '' ? reason : message;
}
