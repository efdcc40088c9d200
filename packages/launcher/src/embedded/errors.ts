import { defineErrors } from '@capsule/core';

export const embeddedError = defineErrors('EMBEDDED', {
  NAME_INVALID: {
    kind: 'invalid',
    message: (f: { name: string }) => `'${f.name}' is not a valid name for a capsule`,
    hint: 'use at most 40 lower-case letters, digits and dashes, such as demo',
  },
  NO_SUBNET: {
    kind: 'exhausted',
    message: (f: { pool: string }) => `every network of ${f.pool} is in use`,
    why: 'each capsule needs four addresses; routes of this machine or other capsules use all of them',
    hint: 'stop a capsule, or set CAPSULE_EMBEDDED_POOL to another range, such as 10.99.0.0/16',
  },
  POOL_INVALID: {
    kind: 'invalid',
    message: (f: { pool: string }) => `'${f.pool}' is not an IPv4 range with room for a capsule`,
    hint: 'write an IPv4 range such as 10.213.0.0/16, with a prefix length of 8 to 30',
  },
  NOT_STARTED: {
    kind: 'unavailable',
    message: (f: { name: string; said: string; log: string }) =>
      `capsule ${f.name} did not start: ${f.said || 'its launcher ended without a message'}`,
    hint: (f: { log: string }) => `read ${f.log}`,
  },
  NOT_RUNNING: {
    kind: 'notFound',
    message: (f: { name: string }) => `no capsule named ${f.name} is running`,
  },
  NOT_READY: {
    kind: 'timeout',
    message: (f: { name: string; seconds: number; log: string }) =>
      `the API of capsule ${f.name} did not answer within ${f.seconds} s`,
    hint: (f: { log: string }) => `read ${f.log}`,
  },
  NOT_ROOT: {
    kind: 'denied',
    message: () => 'only root can start a capsule',
    why: 'starting a capsule creates namespaces, mounts and firewall rules',
    hint: 'run it with sudo',
  },
});
