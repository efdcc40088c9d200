import assert from 'node:assert/strict';
import { on } from 'node:events';
import { closeSync, openSync, watch } from 'node:fs';
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { run } from '@capsule/host';
import { inOwnNamespaces } from '@capsule/testkit';
import {
  continueProcess,
  endProcess,
  isProcessAlive,
  suspendProcess,
} from '../../process/process-mark.ts';
import { causeOf } from '../../runtime/find-cause.ts';
import type { Machine, MachineProcess } from '../vmm.ts';
import { callFirecracker } from './firecracker-api.ts';
import { FirecrackerVmm } from './firecracker-vmm.ts';

const UID = 1_882_193_410;
const TAP = 'tapfc';
/** One kernel stands still, the other presses the reset line of the keyboard controller. */
const STAYS = [0xf4, 0xeb, 0xfd];
const RESETS = [0xb0, 0xfe, 0xe6, 0x64, ...STAYS];

const given = process.env['CAPSULE_FIRECRACKER'];

/** Returns why these tests cannot run here. /dev/kvm suffices: the guests are no ordinary kernels. */
async function whyNot(): Promise<string | undefined> {
  if (given === undefined) return 'CAPSULE_FIRECRACKER names no folder with firecracker and jailer';
  return access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => undefined,
    () => 'there is no /dev/kvm',
  );
}

/** Makes an ELF file for x86_64 that is loaded at 16 MiB and executed from its first byte. */
function kernel(code: readonly number[]): Buffer {
  const [base, at] = [0x100_0000n, 0x1000];
  const file = Buffer.alloc(at + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(0x3e, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(base, 24);
  file.writeBigUInt64LE(64n, 32);
  for (const [offset, value] of [
    [52, 64],
    [54, 56],
    [56, 1],
    [58, 64],
  ] as const) {
    file.writeUInt16LE(value, offset);
  }
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(7, 68);
  file.writeBigUInt64LE(BigInt(at), 72);
  file.writeBigUInt64LE(base, 80);
  file.writeBigUInt64LE(base, 88);
  file.writeBigUInt64LE(BigInt(code.length), 96);
  file.writeBigUInt64LE(BigInt(code.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  file.set(code, at);
  return file;
}

interface Tried {
  readonly machine: Machine;
  readonly processes: MachineProcess[];
  readonly start: () => Promise<void>;
  readonly said: () => Promise<string>;
}

async function prepare(
  t: TestContext,
  vmm: FirecrackerVmm,
  code: readonly number[],
): Promise<Tried> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-fc-'));
  const processes: MachineProcess[] = [];
  const screen = openSync(join(folder, 'screen'), 'w');
  t.after(async () => {
    closeSync(screen);
    for (const process of processes) await endProcess(process);
    await rm(folder, { recursive: true });
  });
  await chmod(folder, 0o711);
  await mkdir(join(folder, 's'), { mode: 0o700 });
  await chown(join(folder, 's'), UID, UID);
  await writeFile(join(folder, 'kernel'), kernel(code), { mode: 0o444 });
  await writeFile(join(folder, 'disk'), Buffer.alloc(4096), { mode: 0o600 });
  const socket = (name: string) => join(folder, 's', name);
  const machine: Machine = {
    name: 'try',
    settings: { vcpus: 1, memoryMib: 64 },
    kernel: join(folder, 'kernel'),
    commandLine: 'console=ttyS0',
    disks: [{ path: join(folder, 'disk'), readOnly: false }],
    tap: {
      device: TAP,
      hardwareAddress: '02:ca:ac:14:fe:02',
      address: '172.20.254.2',
      prefix: 24,
      gateway: '172.20.254.1',
      mtu: 1500,
      uid: UID,
    },
    folder,
    sockets: { vsock: socket('vsock'), vhost: socket('vhost'), control: socket('control') },
    cgroupFiles: [],
    screen: { output: screen, errors: screen },
  };
  const record = async (process: MachineProcess) => void processes.push(process);
  return {
    machine,
    processes,
    start: () => vmm.start(machine, record),
    said: () => readFile(join(folder, 'screen'), 'latin1'),
  };
}

const skip = await whyNot();

if (skip !== undefined) {
  test('the real Firecracker', { skip });
} else if (await inOwnNamespaces(import.meta.filename)) {
  await run('ip', ['tuntap', 'add', 'dev', TAP, 'mode', 'tap', 'user', String(UID), 'vnet_hdr']);
  const vmm = new FirecrackerVmm({
    architecture: process.arch,
    folder: given ?? '',
    kernelFolder: join(tmpdir(), 'capsule-fc-kernels'),
    limits: { diskBytesPerSecond: 1024 ** 2, linkBytesPerSecond: 1024 ** 2 },
  });

  suite('the real Firecracker', { concurrency: false }, () => {
    test('it reports its version, and whether it can run machines', async () => {
      const { detail } = await vmm.probe();
      assert.match(detail, /^Firecracker \d+\.\d+\.\d+/);
    });

    test('a machine is alone in its jail, and the capsule does not see the mounts of the jail', async (t) => {
      const { machine, processes, start } = await prepare(t, vmm, STAYS);
      const before = await readFile('/proc/self/mountinfo', 'utf8');
      await start();
      await untilSaid(machine, 'Successfully started microvm');
      const [jail, mark] = processes;
      assert.deepEqual([jail?.role, mark?.role], ['jail', 'machine']);
      assert.ok(mark !== undefined);
      assert.ok(await isProcessAlive(mark));
      const proc = `/proc/${mark.pid}`;
      assert.match(await readFile(`${proc}/comm`, 'utf8'), /^firecracker/);
      const status = await readFile(`${proc}/status`, 'utf8');
      assert.match(status, new RegExp(`^Uid:\\s+${UID}\\s+${UID}`, 'm'));
      assert.match(status, /^CapEff:\s+0+$/m);
      assert.match(status, /^NoNewPrivs:\s+1$/m);
      assert.match(status, /^Seccomp:\s+2$/m);
      assert.match(status, /^NSpid:.*\s1$/m, 'it is the first of its own processes');
      for (const name of ['mnt', 'pid']) {
        const [its, ours] = [`${proc}/ns/${name}`, `/proc/self/ns/${name}`];
        assert.notEqual(await readlink(its), await readlink(ours), name);
      }
      assert.equal(await readFile('/proc/self/mountinfo', 'utf8'), before);
      await access(machine.sockets.vsock);
    });

    test('a machine pauses and resumes, also after repeated calls', async (t) => {
      const { machine, processes, start } = await prepare(t, vmm, STAYS);
      await start();
      await untilSaid(machine, 'Successfully started microvm');
      const { control } = machine.sockets;
      const process = processes.at(-1) ?? assert.fail('there is no machine');
      const state = async () =>
        /^State:\s+(\w)/m.exec(await readFile(`/proc/${process.pid}/status`, 'utf8'))?.[1];
      for (let time = 0; time < 2; time += 1) await suspendProcess(process);
      assert.equal(await state(), 'T');
      assert.ok(await isProcessAlive(process));
      for (let time = 0; time < 2; time += 1) await continueProcess(process);
      assert.notEqual(await state(), 'T');
      const said = await callFirecracker(control, { method: 'GET', path: '/' });
      assert.equal(said['state'], 'Running');
      await vmm.powerDown(control);
    });

    test('a guest that resets is distinguished from a killed monitor', async (t) => {
      const { machine, start, said } = await prepare(t, vmm, RESETS);
      await start();
      await untilSaid(machine, 'Firecracker exiting');
      assert.equal(causeOf(await said()), 'its guest reset or powered off the microVM');

      const killed = await prepare(t, vmm, STAYS);
      await killed.start();
      await untilSaid(killed.machine, 'Successfully started microvm');
      for (const process of killed.processes) await endProcess(process);
      assert.equal(causeOf(await killed.said()), 'its virtual machine monitor died');
    });

    test("a refusal is reported in Firecracker's own text", async (t) => {
      const { machine, processes, said } = await prepare(t, vmm, STAYS);
      const tap = { ...machine.tap, device: 'nosuchtap' };
      const record = async (process: MachineProcess) => void processes.push(process);
      await vmm.start({ ...machine, tap }, record);
      await untilSaid(machine, 'Firecracker exiting');
      assert.match(causeOf(await said()), /^its virtual machine monitor died: .*tap/i);
    });
  });
}

async function untilSaid({ folder }: Machine, words: string): Promise<void> {
  const path = join(folder, 'screen');
  const watcher = watch(path);
  // Events from here on are queued, so no change is missed.
  const changes = on(watcher, 'change');
  while (!(await readFile(path, 'latin1')).includes(words)) await changes.next();
  watcher.close();
}
