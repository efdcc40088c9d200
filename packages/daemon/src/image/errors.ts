import { action, defineErrors, imageAction, remedy } from '@capsule/core';

export const imageUseError = defineErrors('IMAGE_USE', {
  IN_USE: {
    kind: 'precondition',
    message: (f: { name: string; users: readonly string[] }) =>
      `image ${f.name} is needed by ${f.users.join(', ')}`,
    why: 'a stopped workload needs its image too',
    hint: 'delete the workloads first, or apply them with another image',
  },
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { name: string; realm: string }) => `image ${f.name} is not in the cache`,
    hint: (f) =>
      remedy`${imageAction('list', f.realm)} shows the images; ${imageAction('pull', f.realm)} fetches one`,
  },
  STORE_SILENT: {
    kind: 'timeout',
    message: (f: { seconds: number }) => `the image cache has not answered for ${f.seconds} s`,
    why: 'containerd, which stores the images, does not respond',
    hint: remedy`${action('capsule.info')} shows its state; read ${action('capsule.logs')} if this continues`,
  },
});
