/** One side of a copy: a path here, a path of a workload, or a stream (`-`). */
export type Place =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'stream' }
  | { readonly kind: 'workload'; readonly name: string; readonly path: string };

const WORKLOAD = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?):(.*)$/s;

/**
 * `web:/etc/hosts` is a path of a workload, and begins at its root also without the slash. A local path
 * with a colon is written as `./a:b`.
 */
export function parsePlace(text: string): Place {
  if (text === '-') return { kind: 'stream' };
  const [, name, , path] = WORKLOAD.exec(text) ?? [];
  if (name === undefined || path === undefined) return { kind: 'local', path: text };
  return { kind: 'workload', name, path: path.startsWith('/') ? path : `/${path}` };
}
