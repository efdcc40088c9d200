import { existsSync } from 'node:fs';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { type Database, openStore } from '@capsule/engine';
import { diskError, PermProblem } from '@capsule/machine';
import type { RegistryCommands } from '../registry/commands.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { createRegistries } from './images.ts';
import type { Setup } from './setup.ts';

/** The store, and the parts of it that the drivers need. */
export interface OpenedStore {
  readonly db: Database;
  readonly registries: RegistryCommands;
}

/**
 * Opens the store, or returns its error: the capsule can then report it, and workloads keep
 * running.
 */
export function openStored({ paths, log, stack }: Setup): OpenedStore | CapsuleError {
  try {
    // After an update that fell back, the store may be that of the newer system.
    const detail = new PermProblem(paths.permProblem).read();
    if (detail !== undefined) throw diskError.NO_DATA({ detail });
    const returns = existsSync(paths.bootReport);
    const db = openStore(paths.store, MIGRATIONS, { returns });
    stack.defer(() => db.close());
    return { db, registries: createRegistries(db, paths, log) };
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    log.error('store not usable', { error });
    return error;
  }
}
