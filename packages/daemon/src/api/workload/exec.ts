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

type Answer = MessageInitShape<typeof WorkloadExecServerMessageSchema>;

/** As shells have it: a program that is not there, and one that may not be run. */
const NO_PROGRAM: Readonly<Record<string, number>> = {
  RUNTIME_COMMAND_NOT_FOUND: 127,
  RUNTIME_COMMAND_NOT_EXECUTABLE: 126,
};
const WORDS_MOST = 4096;
const WORD_BYTES_MOST = 128 * 1024 - 1;
const SIDE_MOST = 65_535;

export interface WorkloadExecParts {
  readonly runtime: ContainerRuntime;
  /** Fails with `WORKLOAD_NOT_FOUND`. */
  readonly find: (name: string) => Pick<WorkloadRecord, 'ref'>;
}

/**
 * Runs one more process in a workload and speaks for it. Ends when the process has ended, whatever the
 * client still sends. When the client leaves, the process and its session are ended.
 */
export async function* execInWorkload(
  messages: AsyncIterable<WorkloadExecClientMessage>,
  { runtime, find }: WorkloadExecParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const incoming = messages[Symbol.asyncIterator]();
  const config = await readConfig(incoming);
  const { ref } = find(config.name);
  const request = requestFromConfig(config);
  let session: ExecSession;
  try {
    session = await runtime.exec(ref, request, signal);
  } catch (error) {
    yield* tellMissing(error);
    return;
  }
  await using running = session;
  const failure = Promise.withResolvers<never>();
  // Told through the race below; it may come when nobody races any more.
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
    problem: 'its configuration is missing in the first message',
  });
}

function requestFromConfig(config: WorkloadExecConfig): ExecRequest {
  const { command, env, workingDir, user, tty, size, noStdin } = config;
  if (command.length === 0 || command[0] === '') throw invalid('it names no program');
  const words = [...command, ...Object.entries(env).flat(), workingDir, user];
  if (words.length > WORDS_MOST) throw invalid('it has too many words');
  if (words.some((word) => word.includes('\0') || Buffer.byteLength(word) > WORD_BYTES_MOST)) {
    throw invalid('it holds a word that Linux cannot pass');
  }
  if (Object.keys(env).some((name) => name === '' || name.includes('='))) {
    throw invalid('it sets a variable without a name');
  }
  if (workingDir !== '' && !workingDir.startsWith('/')) {
    throw invalid(`its working directory ${JSON.stringify(workingDir)} is not absolute`);
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
  if (cols > SIDE_MOST || rows > SIDE_MOST) throw invalid('no terminal is that large');
  return { cols, rows };
}

/** Until the client has no more to say, or the stream ends. */
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
      if (!request.hasInput) throw invalid('input was sent that had been declined');
      return payload.value.length === 0 ? session.closeInput() : session.write(payload.value);
    case 'resize':
      if (request.terminal === undefined) throw invalid('it has no terminal to resize');
      return session.resize(terminalSize(payload.value));
    case 'signal':
      if (payload.value.signal < 1 || payload.value.signal > 64) throw invalid('no such signal');
      return session.signal(payload.value.signal);
    default:
      throw invalid('its configuration may come once, in the first message');
  }
}

function* tellMissing(error: unknown): Generator<Answer> {
  const exitCode = isCapsuleError(error) ? NO_PROGRAM[error.code] : undefined;
  if (exitCode === undefined || !isCapsuleError(error)) throw error;
  const text = Buffer.from(`${error.message}\n`);
  yield { payload: { case: 'stderr', value: text } };
  yield { payload: { case: 'exit', value: { exitCode } } };
}

function invalid(problem: string) {
  return workloadError.EXEC_INVALID({ problem });
}
