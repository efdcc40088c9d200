import type { NetworkMode, WorkloadSpec } from '../resource/workload.ts';

/** A flat manifest as plain data, for `stringify` of YAML or JSON. */
export interface ManifestDocument {
  readonly name: string;
  readonly kind: 'Container';
  readonly container: {
    readonly image: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value: string }[];
    readonly networkMode: string;
    readonly ports?: readonly {
      readonly containerPort: number;
      readonly hostPort: number;
      readonly protocol: string;
    }[];
  };
}

const NETWORK_MODES: Readonly<Record<NetworkMode, string>> = {
  bridge: 'NETWORK_MODE_BRIDGE',
  host: 'NETWORK_MODE_HOST',
};

/** The manifest that `parseManifests` reads back into the same spec. */
export function manifestFromWorkload(spec: WorkloadSpec): ManifestDocument {
  const { command, args, ports } = spec;
  const env = Object.entries(spec.env).map(([name, value]) => ({ name, value }));
  return {
    name: spec.name,
    kind: 'Container',
    container: {
      image: spec.image,
      ...(command.length > 0 && { command: [...command] }),
      ...(args.length > 0 && { args: [...args] }),
      ...(env.length > 0 && { env }),
      networkMode: NETWORK_MODES[spec.networkMode],
      ...(ports.length > 0 && { ports: ports.map((port) => ({ ...port })) }),
    },
  };
}
