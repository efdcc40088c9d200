import type { HandleQuery } from './query-handler.ts';

export interface ListenerParts {
  readonly address: string;
  readonly port: number;
  /** Whether this address may ask; others get no answer at all. */
  readonly isClient: (address: string) => boolean;
  readonly handle: HandleQuery;
  /** A query that broke something of ours: a bug, and not its sender's matter. */
  readonly onFailure: (failure: unknown) => void;
}

/** Listens until it is disposed. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Resolves with the reason when it cannot listen any more. */
  readonly broken: Promise<unknown>;
}
