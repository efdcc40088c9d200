import { action, defineErrors, remedy } from '@capsule/core';

interface File {
  readonly path: string;
}

export const transferError = defineErrors('TRANSFER', {
  DAMAGED: {
    kind: 'dataLoss',
    message: (f: File & { problem: string }) => `${f.path} is damaged: ${f.problem}`,
    hint: 'use another copy of the file, or export the volume again',
  },
  UNKNOWN_FORMAT: {
    kind: 'invalid',
    message: (f: File) => `${f.path} is neither an ext4 image nor a tar archive`,
    hint: remedy`import a file that ${action('volume.export')} wrote, an ext4 image or a tar archive; zstd and gzip are supported`,
  },
  NO_IMAGE_ARCHIVE: {
    kind: 'invalid',
    message: (f: File & { problem: string }) => `${f.path} is not an image archive: ${f.problem}`,
    hint: remedy`push an archive of \`docker save\` or \`skopeo copy … oci-archive:FILE\`; for a manifest, use ${action('apply', { file: true })}`,
  },
  NODE_OLD: {
    kind: 'unsupported',
    message: (f: File & { version: string }) =>
      `this Node (${f.version}) cannot decompress ${f.path}`,
    why: 'zstd came with Node 22.15',
    hint: 'use a newer Node, or decompress the file with `zstd -d` first',
  },
  NOT_AS_SENT: {
    kind: 'dataLoss',
    message: (f: File & { found: string; sent: string }) =>
      `${f.path} differs from the exported volume`,
    why: (f) => `its sha256 is ${f.found} instead of ${f.sent}`,
    hint: 'export the volume again with `--restart`, which discards the existing part',
  },
  CUT: {
    kind: 'dataLoss',
    message: (f: { arrived: number; sent: number }) =>
      `${f.arrived} bytes arrived of the ${f.sent} that the capsule has sent`,
    hint: 'run the command again',
  },
  FILE_EXISTS: {
    kind: 'exists',
    message: (f: File) => `the file ${f.path} already exists`,
    hint: 'name another file with -o, or remove that file',
  },
});
