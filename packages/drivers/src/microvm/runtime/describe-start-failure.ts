import { ConnectError } from '@connectrpc/connect';
import { programError } from '../../oci/errors.ts';
import { describeWorkingDir } from '../../oci/working-dir.ts';
import { microVmError } from '../errors.ts';

/** Texts of crun and of runc, in the order of the search. */
const NOT_FOUND =
  /(?:executable file|open executable|exec): ?`?([^`:\s]+)'?.*(?:not found|No such file)/i;
const NOT_EXECUTABLE =
  /(?:exec|open executable):? ?`?([^`:\s]+)'?.*(?:permission denied|exec format)/i;

/** Makes an error of a guest runtime's report that a program did not start. Pure. */
export function describeStartFailure(container: string, error: unknown): Error {
  const { rawMessage } = ConnectError.from(error);
  const ofFolder = describeWorkingDir(container, rawMessage, error);
  if (ofFolder !== undefined) return ofFolder;
  const missing = NOT_FOUND.exec(rawMessage)?.[1];
  if (missing !== undefined) {
    return programError.COMMAND_NOT_FOUND({ container, command: missing }, error);
  }
  const refused = NOT_EXECUTABLE.exec(rawMessage)?.[1];
  if (refused !== undefined) {
    return programError.COMMAND_NOT_EXECUTABLE({ container, command: refused }, error);
  }
  return microVmError.PAYLOAD_FAILED({ container, detail: rawMessage.slice(0, 500) }, error);
}
