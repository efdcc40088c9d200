import type { CapsuleClient } from '@capsule/api/wire';
import type { Lab } from '@capsule/testkit';
import type { Journal } from './journal.ts';

/** What every part of a run works with. */
export interface Setting {
  readonly lab: Lab;
  readonly client: CapsuleClient;
  /** Of every workload; it holds a shell, and is ended by its stop signal at once. */
  readonly image: string;
  readonly journal: Journal;
}
