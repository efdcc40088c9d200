import type { HandleQuery } from './query-handler.ts';

export interface ListenerParts {
  readonly address: string;
  readonly port: number;
  /** Whether a client at this address may ask; others get no answer. */
  readonly isClient: (address: string) => boolean;
  readonly handle: HandleQuery;
  /** Called when a bug made a query fail; the sender is not at fault. */
  readonly onFailure: (failure: unknown) => void;
}

/** Listens until it is disposed. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Resolves with the reason when it can no longer listen. */
  readonly broken: Promise<unknown>;
}
