import { defineErrors } from '@capsule/core';

export const labError = defineErrors('LAB', {
  REGISTRY_DEAD: {
    kind: 'unavailable',
    message: (f: { said: string }) => `the lab's registry ended: ${f.said}`,
    hint: "install Debian's docker-registry",
  },
  LEAKED: {
    kind: 'internal',
    message: (f: { name: string; leaks: readonly string[] }) =>
      `lab ${f.name} left behind: ${f.leaks.join('; ')}`,
  },
  NO_PROCESS: {
    kind: 'notFound',
    message: (f: { program: string }) => `no ${f.program} runs in the lab`,
  },
});
