import type { CapsuleError, MachineMonitors } from '@capsule/core';
import type { Access } from './access.ts';
import type { ApiProblems } from './api-problems.ts';
import type { Inspection } from './diagnosis.ts';
import type { Ports } from './ports.ts';
import type { Stored } from './stored.ts';
import type { Updates } from './updates.ts';

/** The parts of the system that the API serves. */
export interface ApiParts {
  readonly version: string;
  readonly startedAt: number;
  readonly ports: Ports;
  readonly microVms: MachineMonitors;
  readonly inspection: Inspection;
  readonly access: Access;
  readonly problems: ApiProblems;
  /** Or the error that makes the store unusable. */
  readonly stored: Stored | CapsuleError;
  /** Undefined: the machine is not the capsule's own. */
  readonly updates: Updates | undefined;
}
