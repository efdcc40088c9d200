import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { microVmError } from '../../errors.ts';

const LIMIT_MS = 5_000;

/** Sends one command of QEMU's control protocol (docs/interop/qmp-spec) on a connection of its own. */
export async function qmp(socketPath: string, command: string): Promise<void> {
  const socket = connect(socketPath);
  const timer = setTimeout(() => socket.destroy(silent(command)), LIMIT_MS);
  try {
    await once(socket, 'connect');
    await converse(socket, command);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function converse(socket: Socket, command: string): Promise<void> {
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  const send = (execute: string) => socket.write(`${JSON.stringify({ execute })}\n`);
  let isReady = false;
  for await (const line of lines) {
    const said = JSON.parse(line) as {
      readonly QMP?: unknown;
      readonly return?: unknown;
      readonly error?: { readonly desc?: string };
    };
    if (said.error !== undefined) {
      throw microVmError.VMM_REFUSES({ command, detail: String(said.error.desc) });
    }
    if (said.QMP !== undefined) send('qmp_capabilities');
    // Events may come in between.
    if (said.return === undefined) continue;
    if (isReady) return;
    isReady = true;
    send(command);
  }
  throw silent(command);
}

function silent(command: string) {
  return microVmError.VMM_REFUSES({ command, detail: 'it does not answer' });
}
