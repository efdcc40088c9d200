/** Whether the content of the image at the mount point was copied into the volume. `underway` starts again. */
export type VolumeFilling = 'due' | 'underway' | 'done';
