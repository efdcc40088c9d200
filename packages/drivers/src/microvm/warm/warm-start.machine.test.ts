/** Resumes of machines by the real Firecracker, which `CAPSULE_FIRECRACKER` names, with nested KVM. */
import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { inMachine } from '@capsule/testkit/in-machine';
import { type BootConfig, writeBootDisk, writeTemplateDisk } from '../disk/boot-disk.ts';
import { GuestClient } from '../guest/guest-client.ts';
import { GuestImage } from '../guest/guest-image.ts';
import { ReadySocket } from '../guest/ready-socket.ts';
import { endProcess } from '../process/process-mark.ts';
import { vmSockets } from '../record/vm-paths.ts';
import { FirecrackerVmm } from '../vmm/firecracker/firecracker-vmm.ts';
import type { Machine, MachineProcess } from '../vmm/vmm.ts';
import { handIdentity } from './hand-identity.ts';
import { makeSnapshot } from './make-snapshot.ts';

const MINUTE_MS = 60_000;
const BOUND = { timeout: 10 * MINUTE_MS };
const FIRST_UID = 0x7000_0001;
const FOLDER = '/run/warm';
const MOST_OF_COLD = 0.35;

const skip =
  process.env['CAPSULE_FIRECRACKER'] === undefined &&
  process.env['CAPSULE_TEST_IN_MACHINE'] === undefined &&
  'CAPSULE_FIRECRACKER names no folder with firecracker and jailer';
if (skip) test('machines are resumed from snapshots', { skip });
else if (
  inMachine(import.meta.filename, { hasKvm: true, memoryMib: 1536, timeoutMs: 20 * MINUTE_MS })
)
  suite('machines from a snapshot', { concurrency: false }, contract);

function contract(): void {
  const vmm = new FirecrackerVmm({
    architecture: process.arch,
    folder: '/usr/lib/capsule/firecracker',
    kernelFolder: join(FOLDER, 'kernels'),
  });
  const into = '/tmp/snapshot';
  const snapshot = { state: join(into, 'state'), memory: join(into, 'memory') };
  const ends: (() => Promise<void>)[] = [];
  let coldMs = 0;
  after(async () => {
    for (const end of ends) await end();
  });

  test('a machine boots', BOUND, async (t) => {
    await mkdir(FOLDER, { mode: 0o711 });
    const { machine, config, record, ready, end } = await prepare(1);
    ends.push(end);
    await writeBootDisk(machine.disks[0]?.path ?? '', config);
    const begunAt = performance.now();
    await vmm.start(machine, record);
    await ready.listening;
    coldMs = performance.now() - begunAt;
    t.diagnostic(`cold: ${Math.round(coldMs)} ms`);
    await ping(machine, config);
    await end();
  });

  test('a template becomes a snapshot for root alone, and is gone', BOUND, async (t) => {
    const { machine, end } = await prepare(2);
    ends.push(end);
    await mkdir(into);
    const begunAt = performance.now();
    await makeSnapshot({ vmm: vmm.snapshots, like: machine, folder: `${FOLDER}/template`, into });
    t.diagnostic(`template: ${Math.round(performance.now() - begunAt)} ms`);
    for (const path of [snapshot.state, snapshot.memory]) {
      const { mode, uid, size, blocks } = await stat(path);
      assert.deepEqual([mode & 0o777, uid], [0o600, 0]);
      t.diagnostic(`${path}: ${size} bytes, ${(blocks * 512) / 1024} KiB on the disk`);
    }
    const { stdout } = await run('sh', ['-c', 'cat /proc/[0-9]*/comm'], { allow: [0, 1] });
    assert.doesNotMatch(stdout, /^firecracker/m);
    await end();
  });

  test(
    'two machines are resumed from it, each with its own identity, in a third of the time',
    BOUND,
    async (t) => {
      for (const number of [3, 4]) {
        const { machine, config, record, ready, end } = await prepare(number);
        ends.push(end);
        await writeTemplateDisk(machine.disks[0]?.path ?? '');
        const begunAt = performance.now();
        await vmm.snapshots.resume(machine, snapshot, record);
        const resumedMs = performance.now() - begunAt;
        await handIdentity(machine, config, async () => undefined);
        const identityMs = performance.now() - begunAt;
        await ready.listening;
        const warmMs = performance.now() - begunAt;
        t.diagnostic(
          `resumed ${Math.round(resumedMs)} ms, identity ${Math.round(identityMs)} ms, ready ${Math.round(warmMs)} ms: ` +
            (warmMs / coldMs).toFixed(2),
        );
        await ping(machine, config);
        await assert.rejects(ping(machine, { ...config, token: '0'.repeat(64) }));
        assert.ok(warmMs <= coldMs * MOST_OF_COLD, `${warmMs} of ${coldMs}`);
      }
    },
  );

  test('a damaged snapshot is an error', BOUND, async () => {
    await writeFile(snapshot.state, 'x');
    const { machine, record, end } = await prepare(5);
    ends.push(end);
    await writeTemplateDisk(machine.disks[0]?.path ?? '');
    await assert.rejects(vmm.snapshots.resume(machine, snapshot, record), {
      code: 'MICROVM_VMM_REFUSES',
    });
  });
}

async function prepare(number: number) {
  const folder = join(FOLDER, String(number));
  const uid = FIRST_UID + number;
  const tap = {
    device: `tapw${number}`,
    hardwareAddress: `02:ca:ac:14:fe:0${number}`,
    address: `172.20.254.${number}`,
    prefix: 24,
    gateway: '172.20.254.1',
    mtu: 1500,
    uid,
  };
  await mkdir(folder, { mode: 0o711 });
  const { folder: socketFolder, ...sockets } = vmSockets(folder);
  await mkdir(socketFolder, { mode: 0o700 });
  await chown(socketFolder, uid, uid);
  await chmod(folder, 0o711);
  await run('ip', [
    'tuntap',
    'add',
    'dev',
    tap.device,
    'mode',
    'tap',
    'user',
    String(uid),
    'vnet_hdr',
  ]);
  const disks = [];
  for (const [index, bytes] of [4096, 2 ** 20, 2 ** 22].entries()) {
    const path = join(folder, `own${index}`);
    await writeFile(path, Buffer.alloc(bytes), { mode: 0o600 });
    disks.push({ path, readOnly: index < 2 });
  }
  const screen = openSync(join(folder, 'screen'), 'w');
  const machine: Machine = {
    name: `warm-${number}`,
    settings: { vcpus: 1, memoryMib: 192 },
    ...(await new GuestImage('/usr/lib/capsule/guest').read()),
    commandLine: 'console=ttyS0 quiet loglevel=4 panic=-1',
    disks,
    tap,
    folder,
    sockets,
    cgroupFiles: [],
    screen: { output: screen, errors: screen },
  };
  const config: BootConfig = {
    token: String(number).repeat(64),
    hostname: `warm-${number}`,
    network: tap,
    unixNanos: String(BigInt(Date.now()) * 1_000_000n),
    generation: 2,
  };
  const processes: MachineProcess[] = [];
  const ready = await ReadySocket.open(sockets.vsock, uid);
  return {
    machine,
    config,
    ready,
    record: async (process: MachineProcess) => void processes.push(process),
    async end() {
      const said = await readFile(join(folder, 'screen'), 'latin1').catch(() => undefined);
      if (said === undefined) return;
      process.stdout.write(said.trim().replaceAll(/^/gm, '# '));
      process.stdout.write('\n');
      closeSync(screen);
      for (const one of processes.toReversed()) await endProcess(one);
      await ready[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

async function ping({ sockets }: Machine, { token }: BootConfig): Promise<void> {
  using guest = new GuestClient({ vsock: sockets.vsock, token });
  const { generation } = await (await guest.calls()).ping({});
  assert.ok(generation > 0);
}
