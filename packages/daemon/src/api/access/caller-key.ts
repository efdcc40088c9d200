import { createContextKey } from '@connectrpc/connect';
import type { Caller } from '../../identity/caller.ts';

/** The caller of a call, as its listener sets it. A call without one has an unknown caller. */
export const callerKey = createContextKey<Caller>({ kind: 'unknown', from: '' });
