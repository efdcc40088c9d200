/** Whether what an image has at the mount point was copied into it. `underway` begins anew. */
export type VolumeFilling = 'due' | 'underway' | 'done';
