import type { Log, Tracer } from '@capsule/engine';
import type { Config } from '../config/config.ts';
import type { SystemPaths } from './paths.ts';

/** Parts with which the drivers of an area are opened. */
export interface Setup {
  readonly config: Config;
  readonly paths: SystemPaths;
  readonly log: Log;
  readonly tracer: Tracer;
  /** Disposes everything that is added to it. */
  readonly stack: AsyncDisposableStack;
}
