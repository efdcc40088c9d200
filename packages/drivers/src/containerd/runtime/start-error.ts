import type { CapsuleError } from '@capsule/core';
import { programError } from '../../oci/errors.ts';
import { describeWorkingDir } from '../../oci/working-dir.ts';
import { isAnswer } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';

/**
 * The reasons why a container did not start. The texts are runc's and the kernel's; runc prints the program's
 * name before them (libcontainer's init, "exec: %q: …" of Go's os/exec, and "exec %s: …" of execve).
 */
const PATTERNS: readonly {
  readonly pattern: RegExp;
  readonly make: (container: string, command: string) => CapsuleError;
}[] = [
  {
    pattern:
      /exec:? "?([^":]+)"?: (?:executable file not found in \$PATH|(?:stat [^:]+: )?no such file or directory|not a directory)/,
    make: (container, command) => programError.COMMAND_NOT_FOUND({ container, command }),
  },
  {
    pattern: /exec:? "?([^":]+)"?: (?:permission denied|exec format error|is a directory)/,
    make: (container, command) => programError.COMMAND_NOT_EXECUTABLE({ container, command }),
  },
];

/**
 * Translates an answer of containerd's; any other error (an abort, a lost connection) is returned unchanged.
 */
export function describeStartError(container: string, error: unknown): unknown {
  if (!isAnswer(error)) return error;
  const ofFolder = describeWorkingDir(container, error.rawMessage, error);
  if (ofFolder !== undefined) return ofFolder;
  for (const { pattern, make } of PATTERNS) {
    const match = pattern.exec(error.rawMessage);
    if (match !== null) return make(container, match[1] ?? '');
  }
  return runtimeError.START_FAILED({ container, detail: lastCause(error.rawMessage) }, error);
}

/** Returns the innermost cause: runc wraps causes from the outside in, and the last is the helpful one. */
function lastCause(message: string): string {
  const marker = 'OCI runtime create failed: ';
  const at = message.lastIndexOf(marker);
  return at < 0 ? message : message.slice(at + marker.length);
}
