import type { Log } from '@capsule/engine';
import type { Config } from '../config/config.ts';
import type { SystemPaths } from './paths.ts';

/** With what the drivers of an area are opened. */
export interface Setup {
  readonly config: Config;
  readonly paths: SystemPaths;
  readonly log: Log;
  /** Takes what has to be closed. */
  readonly stack: AsyncDisposableStack;
}
