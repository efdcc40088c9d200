import type { VolumeBackend } from '@capsule/core';

/** A backend to try, with nothing in it. */
export interface VolumeBench {
  readonly backend: VolumeBackend;
  /** Puts a file into an attached volume, and reads it back. */
  write(hostPath: string, file: string, text: string): Promise<void>;
  read(hostPath: string, file: string): Promise<string>;
}
