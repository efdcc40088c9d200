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
    hint: remedy`import a file of ${action('volume.export')}; it may be compressed with zstd or gzip`,
  },
  NO_IMAGE_ARCHIVE: {
    kind: 'invalid',
    message: (f: File & { problem: string }) => `${f.path} is not an image archive: ${f.problem}`,
    hint: remedy`push what \`docker save\` or \`skopeo copy\` to oci-archive: writes; manifests go to ${action('apply', { file: true })}`,
  },
  NOT_AS_SENT: {
    kind: 'dataLoss',
    message: (f: File & { found: string; sent: string }) =>
      `${f.path} differs from the sent content: sha256 ${f.found} instead of ${f.sent}`,
    hint: 'export it again; `--restart` drops the part that is there',
  },
  FILE_EXISTS: {
    kind: 'exists',
    message: (f: File) => `there is a file ${f.path} already`,
    hint: 'name another file with -o, or remove that file',
  },
});
