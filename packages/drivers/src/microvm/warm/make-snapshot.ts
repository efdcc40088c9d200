import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { microVmError } from '../errors.ts';
import { ReadySocket } from '../guest/ready-socket.ts';
import { endProcess, isProcessAlive } from '../process/process-mark.ts';
import { readJson, writeJson } from '../record/json-file.ts';
import type { Machine, MachineProcess, SnapshotFiles, SnapshotVmm } from '../vmm/vmm.ts';
import { removeFolder } from './remove-folder.ts';
import { makeTemplate } from './template-machine.ts';

/** A template boots beside other work, and no start waits for it. */
const BOOT_LIMIT_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 250;
const LAST_CHARACTERS = 500;
const PROCESSES = 'processes.json';

export interface SnapshotOrder {
  readonly vmm: SnapshotVmm;
  readonly like: Machine;
  /** A folder below `/run` for the template; replaced. */
  readonly folder: string;
  /** An empty folder for the snapshot. */
  readonly into: string;
}

/** Boots a template, snapshots it, and ends it. Nothing of the template is left, also after a failure. */
export async function makeSnapshot(order: SnapshotOrder): Promise<SnapshotFiles> {
  const { vmm, like, folder, into } = order;
  await endTemplate(folder);
  await mkdir(folder, { mode: 0o711 });
  const console = join(folder, 'console');
  const screen = openSync(console, 'w', 0o600);
  const processes: MachineProcess[] = [];
  const record = async (process: MachineProcess) => {
    processes.push(process);
    await writeJson(join(folder, PROCESSES), processes);
  };
  try {
    const template = await makeTemplate({ like, folder, screen });
    await using ready = await ReadySocket.open(template.sockets.vsock, template.tap.uid);
    await vmm.startTemplate(template, into, record);
    await untilReady(ready, processes, console);
    return await vmm.take(template, into);
  } finally {
    closeSync(screen);
    await endTemplate(folder);
  }
}

/** Ends the template that a capsuled that died has left. Idempotent. */
export async function endTemplate(folder: string): Promise<void> {
  const processes = (await readJson(join(folder, PROCESSES), isProcesses)) ?? [];
  for (const process of processes.toReversed()) await endProcess(process);
  await removeFolder(folder);
}

function isProcesses(value: unknown): value is readonly MachineProcess[] {
  return Array.isArray(value);
}

async function untilReady(
  ready: ReadySocket,
  processes: readonly MachineProcess[],
  console: string,
): Promise<void> {
  const listening = ready.listening.then(() => true);
  for (const until = performance.now() + BOOT_LIMIT_MS; performance.now() < until; ) {
    if (await Promise.race([listening, delay(LOOK_AGAIN_MS, false)])) return;
    const machine = processes.find(({ role }) => role === 'machine');
    if (machine === undefined || !(await isProcessAlive(machine))) {
      const last = (await readFile(console, 'latin1')).trim().slice(-LAST_CHARACTERS);
      throw microVmError.NO_SNAPSHOT({ detail: `its template ended: ${last}` });
    }
  }
  throw microVmError.NO_SNAPSHOT({ detail: 'its template did not get ready in time' });
}
