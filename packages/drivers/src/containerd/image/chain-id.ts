import { createHash } from 'node:crypto';

/**
 * Returns the name of the snapshot that holds these layers on top of each other, bottom first; empty for no
 * layers. The OCI image specification defines it.
 */
export function chainId(diffIds: readonly string[]): string {
  const [first = '', ...rest] = diffIds;
  return rest.reduce((below, layer) => {
    const hex = createHash('sha256').update(`${below} ${layer}`).digest('hex');
    return `sha256:${hex}`;
  }, first);
}
