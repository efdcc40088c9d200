import {
  type ContainerFiles,
  cellOfWorkload,
  type VolumeBackend,
  type WorkloadRecord,
} from '@capsule/core';
import type { Volumes } from '../store/volumes.ts';

export interface VolumeFillerParts {
  readonly volumes: Volumes;
  readonly backend: Pick<VolumeBackend, 'hostPath' | 'isEmpty' | 'clear'>;
  readonly files: Pick<ContainerFiles, 'copyOut'>;
}

/** Gives a volume that nobody has used yet what the image has in its place, as people know it. */
export class VolumeFiller {
  readonly #parts: VolumeFillerParts;

  constructor(parts: VolumeFillerParts) {
    this.#parts = parts;
  }

  /**
   * Once for each volume, when it is attached and before the container runs. A copy that was cut short
   * is thrown away and begun anew. A volume that holds something already is left as it is.
   */
  async fill({ spec }: WorkloadRecord, name: string, signal: AbortSignal): Promise<void> {
    const { volumes, backend, files } = this.#parts;
    const filling = volumes.get(name)?.filling;
    const mount = spec.mounts.find(({ volumeName }) => volumeName === name);
    if (filling === 'done' || filling === undefined || mount === undefined) return;
    const hostPath = backend.hostPath(name);
    if (filling === 'underway') await backend.clear(name);
    if (mount.copyUp && (await backend.isEmpty(name))) {
      volumes.setFilling(name, 'underway');
      const at = { cell: cellOfWorkload(spec.name), container: spec.name, path: mount.mountPath };
      await files.copyOut(at, hostPath, signal);
    }
    volumes.setFilling(name, 'done');
  }
}
