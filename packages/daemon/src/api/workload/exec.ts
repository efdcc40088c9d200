import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  WorkloadExecClientMessage,
  WorkloadExecConfig,
  WorkloadExecResize,
  WorkloadExecServerMessageSchema,
} from '@capsule/api/wire';
import {
  type ContainerRuntime,
  type ExecRequest,
  type ExecSession,
  isCapsuleError,
  type WorkloadRecord,
} from '@capsule/core';
import { workloadError } from '../../workload/errors.ts';
import type { ContainerTarget } from './find-container.ts';

type Answer = MessageInitShape<typeof WorkloadExecServerMessageSchema>;

/** Exit codes of shells: a program that does not exist, and one that may not be executed. */
const NO_PROGRAM: Readonly<Record<string, number>> = {
  RUNTIME_COMMAND_NOT_FOUND: 127,
  RUNTIME_COMMAND_NOT_EXECUTABLE: 126,
};
const WORDS_MOST = 4096;
const WORD_BYTES_MOST = 128 * 1024 - 1;
const SIDE_MOST = 65_535;

export interface WorkloadExecParts {
  readonly runtime: ContainerRuntime;
  /** Fails with `WORKLOAD_NOT_FOUND`, `CELL_NOT_FOUND`. */
  readonly find: (target: ContainerTarget) => Pick<WorkloadRecord, 'ref'>;
}

/** Starts the process of a configuration. Fails with `RUNTIME_*`. */
export type StartExec = (config: WorkloadExecConfig, request: ExecRequest) => Promise<ExecSession>;

/** Runs another process in a workload, as `relayExec`. */
export function execInWorkload(
  messages: AsyncIterable<WorkloadExecClientMessage>,
  { runtime, find }: WorkloadExecParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const start: StartExec = async (config, request) =>
    runtime.exec(find(config).ref, request, signal);
  return relayExec(messages, start, signal);
}

/**
 * Starts a process and relays its input and output. Ends when the process ends, whatever the client still sends. When
 * the client disconnects, the process and its session are ended.
 */
export async function* relayExec(
  messages: AsyncIterable<WorkloadExecClientMessage>,
  start: StartExec,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const incoming = messages[Symbol.asyncIterator]();
  const config = await readConfig(incoming);
  const request = requestFromConfig(config);
  let session: ExecSession;
  try {
    session = await start(config, request);
  } catch (error) {
    yield* reportMissingProgram(error);
    return;
  }
  await using running = session;
  const failure = Promise.withResolvers<never>();
  // The race below reports this failure; it may also come after the race.
  failure.promise.catch(() => undefined);
  void passOn(incoming, running, request).catch(failure.reject);
  const left = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  left.catch(() => undefined);
  const output = running.output[Symbol.asyncIterator]();
  for (;;) {
    const piece = await Promise.race([output.next(), failure.promise, left]);
    if (piece.done === true) break;
    const { stream, data } = piece.value;
    yield { payload: { case: stream, value: data } };
  }
  const exitCode = await Promise.race([running.exit, failure.promise, left]);
  yield { payload: { case: 'exit', value: { exitCode } } };
}

async function readConfig(
  incoming: AsyncIterator<WorkloadExecClientMessage>,
): Promise<WorkloadExecConfig> {
  const first = await incoming.next();
  const payload = first.done === true ? undefined : first.value.payload;
  if (payload?.case === 'config') return payload.value;
  throw workloadError.EXEC_INVALID({
    problem: 'the first message has no configuration',
  });
}

function requestFromConfig(config: WorkloadExecConfig): ExecRequest {
  const { command, env, workingDir, user, tty, size, noStdin } = config;
  if (command.length === 0 || command[0] === '') throw invalid('the program is missing');
  const words = [...command, ...Object.entries(env).flat(), workingDir, user];
  if (words.length > WORDS_MOST)
    throw invalid('the command, environment and options have too many words');
  if (words.some((word) => word.includes('\0') || Buffer.byteLength(word) > WORD_BYTES_MOST)) {
    throw invalid('an argument or variable is too long or contains a NUL byte');
  }
  if (Object.keys(env).some((name) => name === '' || name.includes('='))) {
    throw invalid('a variable has no name, or a name with `=`');
  }
  if (workingDir !== '' && !workingDir.startsWith('/')) {
    throw invalid(`the working directory ${JSON.stringify(workingDir)} is not absolute`);
  }
  return {
    command,
    env,
    workingDir,
    user,
    hasInput: !noStdin,
    ...(tty ? { terminal: size === undefined ? { cols: 80, rows: 24 } : terminalSize(size) } : {}),
  };
}

function terminalSize({ cols, rows }: WorkloadExecResize): { cols: number; rows: number } {
  if (cols > SIDE_MOST || rows > SIDE_MOST) throw invalid('the terminal size is out of range');
  return { cols, rows };
}

/** Passes messages on until the client ends its input, or the stream ends. */
async function passOn(
  incoming: AsyncIterator<WorkloadExecClientMessage>,
  session: ExecSession,
  request: ExecRequest,
): Promise<void> {
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    await passOne(next.value, session, request);
  }
  if (request.hasInput) await session.closeInput();
}

async function passOne(
  { payload }: WorkloadExecClientMessage,
  session: ExecSession,
  request: ExecRequest,
): Promise<void> {
  switch (payload.case) {
    case 'stdin':
      if (!request.hasInput) throw invalid('input was sent after `noStdin`');
      return payload.value.length === 0 ? session.closeInput() : session.write(payload.value);
    case 'resize':
      if (request.terminal === undefined) throw invalid('the process has no terminal to resize');
      return session.resize(terminalSize(payload.value));
    case 'signal':
      if (payload.value.signal < 1 || payload.value.signal > 64)
        throw invalid('the signal is out of range (1 to 64)');
      return session.signal(payload.value.signal);
    default:
      throw invalid('the configuration was sent twice');
  }
}

function* reportMissingProgram(error: unknown): Generator<Answer> {
  const exitCode = isCapsuleError(error) ? NO_PROGRAM[error.code] : undefined;
  if (exitCode === undefined || !isCapsuleError(error)) throw error;
  const text = Buffer.from(`${error.message}\n`);
  yield { payload: { case: 'stderr', value: text } };
  yield { payload: { case: 'exit', value: { exitCode } } };
}

function invalid(problem: string) {
  return workloadError.EXEC_INVALID({ problem });
}
