import { apiError } from '../errors.ts';

/** The address of a capsule. TCP comes with operator identities. */
export interface Target {
  readonly socketPath: string;
}

/** Reads `unix:/path` and `unix:///path`. Fails with `API_TARGET_INVALID`. */
export function parseTarget(text: string): Target {
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (path === undefined) throw apiError.TARGET_INVALID({ target: text });
  return { socketPath: path };
}
