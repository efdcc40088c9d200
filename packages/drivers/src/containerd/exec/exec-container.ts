import { randomUUID } from 'node:crypto';
import { closeSync } from 'node:fs';
import {
  allOrFirstError,
  type ContainerRef,
  containerCgroup,
  type ExecRequest,
  type ExecSession,
  isAlive,
  nameOfContainer,
} from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { containerId } from '../../oci/container-id.ts';
import { programError } from '../../oci/errors.ts';
import { describeExecProcess, type ExecProcess } from '../../oci/exec-process.ts';
import type { OciSpec } from '../../oci/types.ts';
import { callOptions } from '../client/call-options.ts';
import { NO_TIMEOUT } from '../client/containerd-client.ts';
import { packProcess } from '../client/pack.ts';
import { ignoring, translateErrors } from '../client/rpc-error.ts';
import { runtimeError } from '../errors.ts';
import { taskState } from '../runtime/container-seen.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { type ContainerLabels, readLabels } from '../runtime/labels.ts';
import { describeStartError } from '../runtime/start-error.ts';
import { getTask } from '../runtime/task.ts';
import { resolveUserOf } from '../user/running-user.ts';
import { endExec } from './end-exec.ts';
import {
  type ExecFolder,
  execFolder,
  makeFolder,
  removeFolder,
  writeRecord,
} from './exec-folder.ts';
import { execMark } from './exec-mark.ts';
import { closeEnds, type ExecEnds, endOrLeave, openEnds, RunningExec } from './running-exec.ts';

/** Implements `ContainerRuntime.exec`. */
export async function execContainer(
  context: RuntimeContext,
  { ref, request }: { readonly ref: ContainerRef; readonly request: ExecRequest },
  signal?: AbortSignal,
): Promise<ExecSession> {
  const container = nameOfContainer(ref);
  const { execs: active } = context;
  const id = containerId(ref);
  const folder = execFolder(context.execRoot, id, `capsule-${randomUUID()}`);
  active.set(folder.execId, { containerId: id, isStarted: false });
  let described: ExecProcess;
  try {
    // Waits for both, because a folder that is finished later would outlive the removal below.
    const [found] = await allOrFirstError([
      findRunning(context, id, container, signal),
      makeFolder(context.execRoot, folder),
    ]);
    const user =
      request.user === '' ? undefined : await resolveUserOf(found.pid, request.user, container);
    described = describeExecProcess(found.spec.process, request, user);
    await writeRecord(folder, containerCgroup(found.labels));
  } catch (error) {
    await removeFolder(context.execRoot, folder);
    active.delete(folder.execId);
    throw error;
  }
  return start(context, { folder, request, described, container });
}

interface Found {
  readonly pid: number;
  readonly spec: OciSpec;
  readonly labels: ContainerLabels;
}

async function findRunning(
  { client }: RuntimeContext,
  id: string,
  container: string,
  signal?: AbortSignal,
): Promise<Found> {
  const [answer, task] = await Promise.all([
    ignoring(Code.NotFound, client.containers.get({ id }, callOptions(signal))),
    getTask(client, id, signal),
  ]);
  const labels = answer?.container && readLabels(answer.container.labels, client.realm);
  if (labels === undefined || task === undefined || !isAlive(taskState(task))) {
    throw runtimeError.NOT_RUNNING({ container });
  }
  if (taskState(task) === 'paused') throw programError.PAUSED({ container });
  const text = Buffer.from(answer?.container?.spec?.value ?? []).toString('utf8');
  return { pid: task.pid, spec: JSON.parse(text) as OciSpec, labels };
}

interface Start {
  readonly folder: ExecFolder;
  readonly request: ExecRequest;
  readonly described: ExecProcess;
  readonly container: string;
}

/** From here on a process may exist, whatever the runtime answers, so only `endExec` removes the folder. */
async function start(
  context: RuntimeContext,
  { folder, request, described, container }: Start,
): Promise<ExecSession> {
  const { client, execs: active } = context;
  const { containerId: id, execId } = folder;
  const onClose = () => void active.delete(execId);
  let ends: ExecEnds | undefined;
  try {
    ends = openEnds(folder, request.hasInput, described.terminal);
    await client.tasks.exec({
      containerId: id,
      execId,
      spec: packProcess({ ...described, env: [...described.env, execMark(execId)] }),
      terminal: described.terminal,
      stdin: request.hasInput ? folder.stdin : '',
      stdout: folder.stdout,
      stderr: described.terminal ? '' : folder.stderr,
    });
    const exit = translateErrors(
      { action: 'wait for a command', socketPath: client.socketPath },
      client.tasks.wait({ containerId: id, execId }, NO_TIMEOUT),
    ).then(({ exitStatus }) => exitStatus);
    // The session reports its failure. After a failed start there is no session, and the rejection would
    // count as unhandled.
    exit.catch(() => undefined);
    const { pid } = await client.tasks.start({ containerId: id, execId });
    active.set(execId, { containerId: id, isStarted: true });
    for (const fd of ends.keepers) closeSync(fd);
    return new RunningExec({ owner: context, folder, ends, pid, exit, onClose });
  } catch (error) {
    if (ends !== undefined) closeEnds(ends);
    await endOrLeave(endExec(context, folder));
    onClose();
    throw describeStartError(container, error);
  }
}
