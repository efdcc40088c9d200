import { chmod, chown } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '@capsule/host';
import type { Machine, RecordProcess, SnapshotFiles, SnapshotVmm } from '../vmm.ts';
import { awaitApi } from './await-api.ts';
import { type ApiCall, callFirecracker } from './firecracker-api.ts';
import { type FirecrackerPrograms, launchMachine, metricsPath } from './launch-machine.ts';
import { describeFirecracker } from './machine-config.ts';
import { resumeCalls, takeCalls } from './snapshot-calls.ts';

/** Reading or writing the memory of a large machine on a busy disk takes its time. */
const CALL_LIMIT_MS = 120_000;

/** Takes snapshots by Firecracker's API (its docs/snapshotting/snapshot-support.md). */
export class FirecrackerSnapshots implements SnapshotVmm {
  readonly #programs: FirecrackerPrograms;
  readonly #version: () => Promise<string>;

  constructor(programs: FirecrackerPrograms, version: () => Promise<string>) {
    this.#programs = programs;
    this.#version = version;
  }

  async describe(machine: Machine): Promise<string> {
    const tap = { ...machine.tap, device: '', hardwareAddress: '' };
    const config = describeFirecracker(
      { ...machine, tap },
      metricsPath(machine),
      this.#programs.limits,
    );
    return JSON.stringify({ firecracker: await this.#version(), config });
  }

  startTemplate(machine: Machine, into: string, record: RecordProcess): Promise<void> {
    return launchMachine(this.#programs, machine, { kind: 'template', folder: into }, record);
  }

  async take(machine: Machine, into: string): Promise<SnapshotFiles> {
    const calls = takeCalls();
    await callAll(machine, calls.steps);
    const [state, memory] = [join(into, basename(calls.state)), join(into, basename(calls.memory))];
    // Memory that the guest has not used is zeros, which need no place.
    await run('fallocate', ['--dig-holes', memory], { timeoutMs: CALL_LIMIT_MS });
    for (const path of [into, state, memory]) await chown(path, 0, 0);
    await chmod(into, 0o700);
    for (const path of [state, memory]) await chmod(path, 0o600);
    return { state, memory };
  }

  async resume(machine: Machine, from: SnapshotFiles, record: RecordProcess): Promise<void> {
    await launchMachine(this.#programs, machine, { kind: 'resume', snapshot: from }, record);
    await awaitApi(machine);
    await callAll(machine, resumeCalls(machine, metricsPath(machine)));
  }
}

async function callAll({ sockets }: Machine, calls: readonly ApiCall[]): Promise<void> {
  for (const call of calls) {
    await callFirecracker(sockets.control, { ...call, limitMs: CALL_LIMIT_MS });
  }
}
