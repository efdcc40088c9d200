/**
 * Runs inside an emulated machine with `/dev/kvm`. Starts microVMs with QEMU, each paired with a bare boot.
 * `node program.cjs IMAGE ROUNDS`.
 */
import { readFile } from 'node:fs/promises';
import { MicroVMBackend } from '@capsule/api/wire';
import { run } from '@capsule/host';
import {
  CAPSULED_SOCKET,
  makePerm,
  mountPerm,
  startServices,
} from '@capsule/testkit/guest-capsule';
import { report, runGuestProgram } from '@capsule/testkit/guest-program';
import { pushArchive } from '@capsule/testkit/push-archive';
import type { MeasuredCapsule } from '../setting/measured-capsule.ts';
import { WatchedCapsule } from '../setting/watched-capsule.ts';
import { BareMachine } from './bare-machine.ts';
import { measureStart, VM_SIZE } from './measure-start.ts';

const BUSYBOX = '/tmp/busybox';
const SPEC = { ...VM_SIZE, backend: MicroVMBackend.MICRO_VM_BACKEND_QEMU };
const [, , image = '', rounds = '1'] = process.argv;

runGuestProgram(main);

async function main(): Promise<void> {
  await makePerm();
  await mountPerm();
  await using services = await startServices();
  await pushArchive(services.client, await readFile('/tmp/image.tar'));
  await using capsule = WatchedCapsule.follow(here(), image);
  await capsule.runMicroVm('like', SPEC);
  const bare = await BareMachine.like(capsule, 'like', BUSYBOX);
  await capsule.remove(['like']);
  for (let round = 0; round < Number(rounds); round += 1) {
    const one = await measureStart(capsule, bare, `p3-${round}`, SPEC);
    report('start', JSON.stringify(one));
  }
}

/** This machine is the capsule, so every process sees all files of it. */
function here(): MeasuredCapsule {
  return {
    host: CAPSULED_SOCKET,
    pid: process.pid,
    stateDir: '/',
    exec: ([program = '', ...words], options) => run(program, words, options),
    async [Symbol.asyncDispose]() {},
  };
}
