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
  AGENT_ENDED: {
    kind: 'unavailable',
    message: (f: { namespace: string | undefined }) =>
      `the traffic agent in ${f.namespace ?? "the machine's own network"} ended`,
  },
  NO_PROCESS: {
    kind: 'notFound',
    message: (f: { program: string }) => `no ${f.program} runs in the lab`,
  },
});
