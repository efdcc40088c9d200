import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { startProcess } from '../process/start-process.ts';
import type { MachineProcess } from '../vmm/vmm.ts';
import { ConsolePipe } from './console-pipe.ts';

/** More of a console is of no use to anybody. */
const CONSOLE_BYTES = 1024 * 1024;
const CONSOLE_FILES = 2;

export interface WriterParts {
  readonly logBinary: string;
  /** Of what the payload prints. */
  readonly logPath: string;
  /** The socket below which the guest's own connections appear. */
  readonly vsock: string;
  readonly pipePath: string;
  readonly uid: number;
  readonly cgroupFiles: readonly string[];
}

/** The log of a machine's console and of what its monitor complains of. */
export function consoleLog(logPath: string): string {
  return logPath.replace(/\.log$/, '.serial.log');
}

/** Our ends of what a machine writes to. */
export interface MachineConsole extends Disposable {
  readonly output: number;
  readonly errors: number;
}

/**
 * Starts the two writers of a machine's logs, which live as long as it does: one takes what the guest sends of its
 * payload's output, one what comes out of the console. Answers where the console leads to; close it when the
 * machine has it.
 */
export async function startWriters(
  parts: WriterParts,
  record: (process: MachineProcess) => Promise<void>,
): Promise<MachineConsole> {
  const { logBinary, logPath, vsock, pipePath, uid, cgroupFiles } = parts;
  await mkdir(dirname(logPath), { recursive: true });
  const shared = { program: logBinary, cgroupFiles };
  const output = await startProcess({
    ...shared,
    args: ['path', logPath, 'listen', vsock, 'owner', String(uid)],
    descriptors: [undefined, undefined, undefined],
  });
  if (output !== undefined) await record({ role: 'output', ...output });
  const stack = new DisposableStack();
  const [screen, errors, ready] = await ConsolePipe.openThree(pipePath);
  try {
    for (const pipe of [screen, errors, ready]) stack.use(pipe);
    const limits = ['max-bytes', String(CONSOLE_BYTES), 'max-files', String(CONSOLE_FILES)];
    const [stdout, stderr] = [screen.reading, errors.reading];
    const writer = await startProcess({
      ...shared,
      args: ['path', consoleLog(logPath), ...limits],
      descriptors: [undefined, undefined, undefined, stdout, stderr, ready.writing],
    });
    if (writer !== undefined) await record({ role: 'console', ...writer });
    const close = () => stack.dispose();
    return { output: screen.writing, errors: errors.writing, [Symbol.dispose]: close };
  } catch (error) {
    stack.dispose();
    throw error;
  }
}
