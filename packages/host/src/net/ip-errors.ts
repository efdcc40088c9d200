import { type CapsuleError, defineErrors, isCapsuleError } from '@capsule/core';
import { processError } from '../process/errors.ts';

interface Refused {
  readonly said: string;
}

/** Failures of the `ip` program (iproute2). */
export const ipError = defineErrors('IP', {
  EXISTS: { kind: 'exists', message: (f: Refused) => `ip: already exists: ${f.said}` },
  NOT_FOUND: { kind: 'notFound', message: (f: Refused) => `ip: not found: ${f.said}` },
  DENIED: {
    kind: 'denied',
    message: (f: Refused) => `ip: not permitted: ${f.said}`,
    hint: 'networking needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN)',
  },
  FAILED: { kind: 'internal', message: (f: Refused) => `ip: ${f.said}` },
  UNREADABLE: {
    kind: 'internal',
    message: (f: { args: string }) => `ip ${f.args} did not print JSON`,
  },
});

/**
 * Texts of iproute2: `RTNETLINK answers: <strerror>` and `Error: <extack>.` from lib/libnetlink.c,
 * `Cannot find device "x"` from lib/utils.c, `Cannot open network namespace` from lib/namespace.c,
 * `Cannot create namespace file` and `Cannot remove namespace file` from ip/ipnetns.c.
 */
const CLASSES: readonly (readonly [RegExp, 'EXISTS' | 'NOT_FOUND' | 'DENIED'])[] = [
  [/Operation not permitted|Permission denied/, 'DENIED'],
  [/File exists|already assigned/, 'EXISTS'],
  [/Cannot find device|does not exist|No such (device|file|process)/, 'NOT_FOUND'],
];

/** Gives a failed run of `ip` its code. Anything that is not such a failure passes unchanged. */
export function classifyIpFailure(failure: unknown): unknown {
  if (!isCapsuleError(failure) || failure.code !== processError.FAILED.code) return failure;
  const said = firstLine(failure);
  const found = CLASSES.find(([pattern]) => pattern.test(said));
  return ipError[found?.[1] ?? 'FAILED']({ said }, failure);
}

/** The first complaint is the cause; `Command failed -:3` only follows from it. */
function firstLine(failure: CapsuleError): string {
  return (
    String(failure.facts['stderr'] ?? '')
      .trim()
      .split('\n', 1)[0] ?? ''
  );
}
