/** The processors that Capsule supports, by the names that images use. */
export type Architecture = 'amd64' | 'arm64';

/** Translates Node's name of a processor into the name that images use. */
export function architectureOf(nodeName: string): Architecture {
  return nodeName === 'arm64' ? 'arm64' : 'amd64';
}
