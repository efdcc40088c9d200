import {
  type ContainerFiles,
  cellOfWorkload,
  type VolumeBackend,
  volumeUse,
  type WorkloadRecord,
} from '@capsule/core';
import type { Volumes } from '../store/volumes.ts';

export interface VolumeFillerParts {
  readonly volumes: Volumes;
  readonly backend: Pick<
    VolumeBackend,
    'hostPath' | 'isEmpty' | 'clear' | 'attach' | 'detach' | 'lend'
  >;
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
   * is thrown away and begun anew. A volume that holds something already is left as it is. A microVM was
   * made to do it by itself.
   */
  async fill({ spec }: WorkloadRecord, name: string, signal: AbortSignal): Promise<void> {
    const { volumes, backend, files } = this.#parts;
    const filling = volumes.get(name)?.filling;
    const mount = spec.mounts.find(({ volumeName }) => volumeName === name);
    if (filling === 'done' || filling === undefined || mount === undefined) return;
    if (volumeUse(spec) === 'lent') {
      if (filling === 'underway') await this.#clearLent(name, signal);
      volumes.setFilling(name, 'done');
      return;
    }
    const hostPath = backend.hostPath(name);
    if (filling === 'underway') await backend.clear(name);
    if (mount.copyUp && (await backend.isEmpty(name))) {
      volumes.setFilling(name, 'underway');
      const at = { cell: cellOfWorkload(spec.name), container: spec.name, path: mount.mountPath };
      await files.copyOut(at, hostPath, signal);
    }
    volumes.setFilling(name, 'done');
  }

  /** What the copy for a container has left, where the workload has become a microVM. */
  async #clearLent(name: string, signal: AbortSignal): Promise<void> {
    const { backend } = this.#parts;
    await backend.detach(name, signal);
    await backend.attach(name, signal);
    await backend.clear(name);
    await backend.detach(name, signal);
    await backend.lend(name, signal);
  }
}
