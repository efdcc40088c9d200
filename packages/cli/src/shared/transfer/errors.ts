import { action, defineErrors, remedy } from '@capsule/core';

interface File {
  readonly path: string;
}

export const transferError = defineErrors('TRANSFER', {
  DAMAGED: {
    kind: 'dataLoss',
    message: (f: File & { problem: string }) => `${f.path} is damaged: ${f.problem}`,
    hint: 'use another copy of it, or export the volume again',
  },
  UNKNOWN_FORMAT: {
    kind: 'invalid',
    message: (f: File) => `${f.path} is neither an image of ext4 nor a tar archive`,
    hint: remedy`import what ${action('volume.export')} wrote; zstd and gzip are read too`,
  },
  NO_IMAGE_ARCHIVE: {
    kind: 'invalid',
    message: (f: File & { problem: string }) => `${f.path} is not an image archive: ${f.problem}`,
    hint: remedy`push what \`docker save\` or \`skopeo copy\` to oci-archive: writes; manifests go to ${action('apply', { file: true })}`,
  },
  NOT_AS_SENT: {
    kind: 'dataLoss',
    message: (f: File & { found: string; sent: string }) =>
      `${f.path} is not what the capsule sent: sha256 ${f.found} instead of ${f.sent}`,
    hint: 'export it again; `--restart` throws away what is there',
  },
  FILE_EXISTS: {
    kind: 'exists',
    message: (f: File) => `there is a file ${f.path} already`,
    hint: 'name another file with -o, or remove that one',
  },
});
