import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type CapsuleClient, specToProto, updateFromProto } from '@capsule/api/wire';
import { completeSpec, type UpdateEntry } from '@capsule/core';
import { run } from '@capsule/host';
import {
  buildTestSystem,
  busyboxImage,
  dockerArchive,
  newDisk,
  type OsDisk,
  type OsMachine,
  type OsSystem,
  runInWorkload,
  startOs,
} from '@capsule/testkit';
import { pushArchive } from '@capsule/testkit/push-archive';
import { untilWorkload } from '../microvm/workload.ts';

const CAPSULECTL = join(import.meta.dirname, '../../bin/capsulectl');
const MINUTE_MS = 60_000;
/** Of the emulated processor. */
const SLOWNESS = 8;
const IMAGE = 'docker.io/library/stay:1';
const ESP = '/run/capsule/esp';

/** How an update of the machine ended. */
export interface UpdateEnd {
  readonly end: string;
  readonly slot: string;
  /** From the reboot into the new system to the API of the old one. */
  readonly seconds: number;
  readonly logLines: number;
  readonly reason: string;
}

/** A machine with a workload, which receives one update after the other. */
export class UpdatedMachine implements AsyncDisposable {
  readonly system: OsSystem;
  readonly disk: OsDisk;
  readonly #machine: OsMachine;
  client: CapsuleClient;

  private constructor(system: OsSystem, disk: OsDisk, machine: OsMachine, client: CapsuleClient) {
    this.system = system;
    this.disk = disk;
    this.#machine = machine;
    this.client = client;
  }

  static async start(): Promise<UpdatedMachine> {
    const system = await buildTestSystem();
    const disk = await newDisk(system);
    const machine = await startOs(system, disk);
    const updated = new UpdatedMachine(system, disk, machine, await machine.connect());
    await updated.#startKeeper();
    return updated;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await this.#machine[Symbol.asyncDispose]();
    await this.disk[Symbol.asyncDispose]();
  }

  get screen() {
    return this.#machine.screen;
  }

  /** Pushes a bundle that the capsule has to refuse, and answers with the first line of the error. */
  async pushRefused(bundle: string): Promise<string> {
    const { exitCode, stderr } = await this.capsulectl([1, 2, 4], 'update', 'push', bundle);
    assert.notEqual(exitCode, 0);
    const { activeSlot, pendingSlot } = await this.client.capsule.getInfo({});
    assert.deepEqual([activeSlot, pendingSlot], ['slot_a', '']);
    return (
      stderr
        .split('\n')
        .find((line) => line.includes('error'))
        ?.trim() ?? stderr
    );
  }

  /** Pushes a bundle that the machine has to give up, and waits until the system before it is there. */
  async pushFailing(bundle: string): Promise<UpdateEnd> {
    await this.capsulectl([0], 'update', 'push', bundle, '--auto-confirm', '30');
    await this.screen.until(/init F reboot[\r\n]/);
    this.client.close();
    const started = performance.now();
    await this.screen.until(/stage0: slot_b is/);
    await this.screen.until(/stage0: slot_a is/);
    this.client = await this.#machine.connect();
    const seconds = (performance.now() - started) / 1000;
    const { activeSlot, pendingSlot, capsuleVersion } = await this.client.capsule.getInfo({});
    assert.deepEqual([activeSlot, pendingSlot, capsuleVersion], ['slot_a', '', '0.1.0']);
    await this.#untilKeeper();
    const last = await this.lastUpdate();
    const { state, reason = '', log = [] } = last;
    return { end: state, slot: activeSlot, seconds, logLines: log.length, reason };
  }

  async lastUpdate(): Promise<UpdateEntry> {
    const { updates } = await this.client.capsule.updateHistory({});
    const [last] = updates;
    assert.ok(last);
    return updateFromProto(last) ?? assert.fail('an update in a state that is not known');
  }

  /** Runs a shell command that sees the ESP at /esp. */
  async onEsp(command: string): Promise<string> {
    const { exitCode, stdout, stderr } = await runInWorkload(this.client, {
      name: 'keeper',
      command: ['sh', '-c', `cd ${ESP} && ${command}`],
      limitMs: MINUTE_MS * SLOWNESS,
    });
    assert.equal(exitCode, 0, stderr);
    return stdout;
  }

  capsulectl(allow: readonly number[], ...args: string[]) {
    const env = { ...process.env, CAPSULE_HOST: this.#machine.host };
    return run(CAPSULECTL, args, { env, timeoutMs: 10 * MINUTE_MS, allow });
  }

  async #startKeeper(): Promise<void> {
    await pushArchive(this.client, dockerArchive(await busyboxImage(), [IMAGE]));
    const spec = completeSpec({
      name: 'keeper',
      image: IMAGE,
      command: ['sleep', '1000000'],
      restartPolicy: 'always',
      privileged: true,
      hostBindPaths: [{ source: ESP, target: ESP, readOnly: false }],
    });
    await this.client.workload.apply({ workload: specToProto(spec) });
    await this.#untilKeeper();
  }

  async #untilKeeper(): Promise<void> {
    const { client } = this;
    await untilWorkload(
      { client, slowness: SLOWNESS },
      'keeper',
      ({ status }) => status?.ready === true,
    );
  }
}
