/** The processors Capsule runs on, by the names that images use. */
export type Architecture = 'amd64' | 'arm64';

/** Node's name of this machine's processor in the names that images use. */
export function architectureOf(nodeName: string): Architecture {
  return nodeName === 'arm64' ? 'arm64' : 'amd64';
}
