import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { type Database, openStore } from '@capsule/engine';
import type { RegistryCommands } from '../registry/commands.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { createRegistries } from './images.ts';
import type { Setup } from './setup.ts';

/** The store, and what the drivers need of it before they are opened. */
export interface OpenedStore {
  readonly db: Database;
  readonly registries: RegistryCommands;
}

/** A store that cannot be used leaves a capsule that can say so, and workloads that go on running. */
export function openStored({ paths, log, stack }: Setup): OpenedStore | CapsuleError {
  try {
    const db = openStore(paths.store, MIGRATIONS);
    stack.defer(() => db.close());
    return { db, registries: createRegistries(db, paths, log) };
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    log.error('store not usable', { error });
    return error;
  }
}
