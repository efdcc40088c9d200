import type { CapsuleClient } from '@capsule/api/wire';
import type { Lab } from '@capsule/testkit';
import type { Journal } from './journal.ts';

/** The surroundings shared by all parts of a run. */
export interface Setting {
  readonly lab: Lab;
  readonly client: CapsuleClient;
  /** Of every workload; it holds a shell, and is ended by its stop signal at once. */
  readonly image: string;
  readonly journal: Journal;
}
