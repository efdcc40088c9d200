import { action, bare, defineErrors, remedy } from '@capsule/core';

export const apiError = defineErrors('API', {
  TARGET_INVALID: {
    kind: 'invalid',
    message: (f: { target: string }) =>
      `${JSON.stringify(f.target)} is not the address of a capsule`,
    hint: 'write the address as HOST:PORT, [IPV6]:PORT or unix:/path/of/capsuled.sock',
  },
  UNREACHABLE: {
    kind: 'unavailable',
    message: (f: { target: string; reason: string }) =>
      `no capsule answers at ${f.target}: ${f.reason}`,
    hint: (f) =>
      f.target.startsWith('unix:')
        ? 'check the path; `npm start` starts a capsule on this machine'
        : remedy`check the address, and that the capsule runs; ${action('discover')} shows the capsules of this network`,
  },
  DENIED: {
    kind: 'denied',
    message: (f: { target: string }) => `this user has no permission to open ${f.target}`,
    why: 'only root can open the socket of a capsule',
    hint: 'run the command as root, with sudo',
  },
  NOT_A_CAPSULE: {
    kind: 'unavailable',
    message: (f: { target: string }) => `the program at ${f.target} is not a capsule`,
    why: 'it does not speak TLS 1.3 as a capsule does',
    hint: remedy`check the address and the port; ${action('discover')} shows the capsules of this network`,
  },
  PIN_MISMATCH: {
    kind: 'denied',
    message: (f: { target: string; pin: string; fingerprint: string }) =>
      `the machine at ${f.target} is not the capsule that was adopted`,
    why: (f) =>
      `nothing was sent to it: its fingerprint is ${f.fingerprint}, the pinned one is ${f.pin}`,
    hint: remedy`if the capsule was installed again, compare the fingerprint with its console, remove the context with ${bare(action('context.rm'))} and adopt the capsule again; otherwise another machine has its address: ${action('discover')} shows both`,
  },
  PLACE_INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `the place is not valid: ${f.problem}`,
    hint: 'name a realm, then a space, a stack, a cell and a container, as far as needed',
  },
  CONNECTION_LOST: {
    kind: 'unavailable',
    message: (f: { target: string; reason: string }) =>
      `the connection to ${f.target} was lost: ${f.reason}`,
    hint: 'try again; the capsule keeps every change that it confirmed',
  },
  TIMEOUT: {
    kind: 'timeout',
    message: (f: { target: string }) => `${f.target} did not answer in time`,
  },
  CALL_UNKNOWN: {
    kind: 'unsupported',
    message: (f: { call: string }) => `the capsule does not support the call ${f.call}`,
    why: 'the capsule is older than the program that calls it',
    hint: remedy`update the capsule, or use the ${bare(action('program'))} that came with it`,
  },
  UNEXPECTED_ANSWER: {
    kind: 'internal',
    message: (f: { what: string }) => `the capsule returned an unknown value: ${f.what}`,
    hint: 'the capsule may be newer than this program: compare their versions',
  },
  INTERNAL: {
    kind: 'internal',
    message: (_: Record<string, never>) => 'internal error of the capsule',
    why: 'this is a bug, or an unexpected failure',
    hint: remedy`read the log of the capsule: ${bare(action('capsule.logs'))}`,
  },
});
