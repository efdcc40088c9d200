import { action, defineErrors, formatSize, remedy } from '@capsule/core';

interface Named {
  readonly name: string;
}

export const exportError = defineErrors('EXPORT', {
  GONE: {
    kind: 'notFound',
    message: (f: { id: string }) => `the export ${JSON.stringify(f.id)} no longer exists`,
    why: 'the capsule keeps an interrupted export for one day, and only while its volume exists',
    hint: 'start the export again',
  },
});

export const importError = defineErrors('IMPORT', {
  OUT_OF_ORDER: {
    kind: 'invalid',
    message: (f: { problem: string }) => `import messages are out of order: ${f.problem}`,
    hint: remedy`use ${action('volume.import')}`,
  },
  OFFSET: {
    kind: 'conflict',
    message: (f: Named & { here: number; sent: number }) =>
      `import of volume ${f.name} continues at byte ${f.here}, not at ${f.sent}`,
    hint: 'run the import again: it resumes at that byte',
  },
  FRAME_INVALID: {
    kind: 'invalid',
    message: () => 'a frame of the upload is not zstd, or exceeds 1 MiB',
    hint: remedy`use ${action('volume.import')}`,
  },
  TOO_SMALL: {
    kind: 'invalid',
    message: (f: Named & { sizeBytes: number; least: number }) =>
      `volume ${f.name} needs ${formatSize(f.least)}; the requested size is ${formatSize(f.sizeBytes)}`,
    hint: 'request a larger size, or leave the size out',
  },
  DAMAGED: {
    kind: 'dataLoss',
    message: (f: Named & { problem: string }) =>
      `the uploaded content of volume ${f.name} is damaged: ${f.problem}`,
    why: 'a checksum or the format did not match; the capsule did not create the volume',
    hint: 'import it again',
  },
});
