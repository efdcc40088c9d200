import { CONFINED, QUICK } from '../../lab/workload.ts';

export interface ContainerSpec {
  readonly image: string;
  /** A script for `sh -c`; the image's own command without it. */
  readonly script?: string;
  readonly readOnlyRootFilesystem?: boolean;
  readonly networkMode?: 'bridge' | 'host';
  readonly ports?: readonly object[];
  readonly mounts?: readonly object[];
  readonly dependsOn?: readonly string[];
}

/** A manifest of one container, as JSON; it cannot write to its root. */
export function containerManifest(name: string, { script, ...container }: ContainerSpec): string {
  const command = script === undefined ? {} : { command: ['/bin/sh', '-c', script] };
  return JSON.stringify({
    name,
    kind: 'Container',
    container: { ...QUICK, ...CONFINED, ...container, ...command },
  });
}
