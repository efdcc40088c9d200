import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { startProcess } from '../process/start-process.ts';
import type { MachineProcess } from '../vmm/vmm.ts';
import { ConsolePipe } from './console-pipe.ts';

/** The size of one file of a console's log. */
const CONSOLE_BYTES = 1024 * 1024;
const CONSOLE_FILES = 2;

export interface WriterParts {
  readonly logBinary: string;
  /** The log of the payload's output. */
  readonly logPath: string;
  /** The vsock socket; connections that the guest opens arrive at sockets named after it. */
  readonly vsock: string;
  readonly pipePath: string;
  readonly uid: number;
  readonly cgroupFiles: readonly string[];
}

/** Returns the path of the log of a machine's console and its monitor's errors. */
export function consoleLog(logPath: string): string {
  return logPath.replace(/\.log$/, '.serial.log');
}

/** The capsule's ends of a machine's outputs. */
export interface MachineConsole extends Disposable {
  readonly output: number;
  readonly errors: number;
}

/**
 * Starts the two log writers of a machine, which live as long as it does: one for the payload's output, which
 * the guest sends, one for the console. Returns the ends for the console; close them once the machine has
 * them.
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
