import { action, defineErrors, formatSize, remedy } from '@capsule/core';

interface Named {
  readonly name: string;
}

export const exportError = defineErrors('EXPORT', {
  GONE: {
    kind: 'notFound',
    message: (f: { id: string }) => `there is no export ${JSON.stringify(f.id)} any more`,
    why: 'one that was cut off can go on for a day, while its volume is there',
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
      `of volume ${f.name} ${f.here} bytes are here, and what comes begins at ${f.sent}`,
    hint: 'begin the import again: it goes on where it was',
  },
  FRAME_INVALID: {
    kind: 'invalid',
    message: () => 'a part of the upload is not zstd, or holds more than 1 MiB',
    hint: remedy`use ${action('volume.import')}`,
  },
  TOO_SMALL: {
    kind: 'invalid',
    message: (f: Named & { sizeBytes: number; least: number }) =>
      `volume ${f.name} needs ${formatSize(f.least)}, and is to have ${formatSize(f.sizeBytes)}`,
    hint: 'name a larger size, or none',
  },
  DAMAGED: {
    kind: 'dataLoss',
    message: (f: Named & { problem: string }) =>
      `what came for volume ${f.name} is not what was sent: ${f.problem}`,
    why: 'nothing was made of it',
    hint: 'import it again',
  },
});
