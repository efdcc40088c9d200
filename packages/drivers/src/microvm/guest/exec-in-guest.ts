import {
  type ContainerFiles,
  type ContainerPath,
  type ExecRequest,
  type ExecSession,
  isNotFound,
} from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { programError } from '../../oci/errors.ts';
import { requireUser } from '../../oci/user/resolve-user.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import { describeWorkingDir } from '../../oci/working-dir.ts';
import { microVmError } from '../errors.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { GuestCalls } from './guest-client.ts';
import { GuestExec } from './guest-exec.ts';
import { readGuestFile } from './read-guest-file.ts';

export interface ExecInGuest {
  readonly vm: MadeVm;
  readonly calls: GuestCalls;
  readonly files: Pick<ContainerFiles, 'pack'>;
  readonly at: ContainerPath;
  readonly request: ExecRequest;
}

/** Implements `ContainerRuntime.exec`. */
export async function execInGuest(parts: ExecInGuest): Promise<ExecSession> {
  const { vm, calls, request, at } = parts;
  const { container } = at.ref;
  if (vm.oci === undefined) throw microVmError.NO_AGENT({ container });
  const user = request.user === '' ? undefined : await findUser(parts);
  try {
    return await GuestExec.start({ calls, process: vm.oci.process, request, user });
  } catch (error) {
    throw describeFailure(container, request.command[0] ?? '', error);
  }
}

/** Resolves the user by the payload's current account files. */
async function findUser({ files, at, request }: ExecInGuest): Promise<ResolvedUser> {
  const read = (path: string) =>
    readGuestFile(files, { ...at, path }).catch((failure: unknown) => {
      if (isNotFound(failure)) return '';
      throw failure;
    });
  const [passwd, group] = [await read('/etc/passwd'), await read('/etc/group')];
  return requireUser(request.user, { passwd, group }, at.ref.container);
}

function describeFailure(container: string, command: string, error: unknown): unknown {
  const { code, rawMessage } = ConnectError.from(error);
  const ofFolder = describeWorkingDir(container, rawMessage, error);
  if (ofFolder !== undefined) return ofFolder;
  if (code === Code.NotFound) return programError.COMMAND_NOT_FOUND({ container, command }, error);
  if (code === Code.FailedPrecondition) {
    return programError.COMMAND_NOT_EXECUTABLE({ container, command }, error);
  }
  return microVmError.AGENT_SILENT({ container, detail: rawMessage }, error);
}
