/** Why a test may take its time. Its file is started before others, so that no core is idle at the end. */
export interface SlowTest {
  readonly file: string;
  /** As in the source; `…` stands for what differs between the cases of a test. */
  readonly name: string;
  /** Where its title stands, if not in its file. */
  readonly from?: string;
  readonly reason: string;
}

const IN_MACHINE = 'packages/testkit/src/machine/in-machine.ts';

/** The tests that may be among the slowest. `slow-tests.test.ts` fails when one of them does not exist. */
export const SLOW_TESTS: readonly SlowTest[] = [
  {
    file: 'test/machine/microvm-kvm.test.ts',
    name: '… in a virtual machine',
    from: IN_MACHINE,
    reason: 'a kernel emulates a processor that runs another kernel: 100 s of processor time',
  },
  {
    file: 'test/machine/power-cut.test.ts',
    name: 'after a power cut at any time, acknowledged changes are present, and everything is clean',
    reason: 'an emulated machine boots twice, and works up to 12 s before the cut',
  },
  {
    file: 'test/machine/cgroup2.test.ts',
    name: '… in a virtual machine',
    from: IN_MACHINE,
    reason: 'a whole capsule is emulated, since the host may have cgroup v1',
  },
  {
    file: 'packages/drivers/src/volume/thin-pool.machine.test.ts',
    name: '… in a virtual machine',
    from: IN_MACHINE,
    reason: 'LVM makes a thin pool in each case, emulated: the host may lack device-mapper',
  },
  {
    file: 'packages/drivers/src/volume/lvm-thin-volumes.machine.test.ts',
    name: '… in a virtual machine',
    from: IN_MACHINE,
    reason: 'the contract of volumes on a thin pool, emulated: the host may lack device-mapper',
  },
  {
    file: 'packages/drivers/src/volume/disk-faults.machine.test.ts',
    name: '… in a virtual machine',
    from: IN_MACHINE,
    reason: 'disks that fail and fill up are made by device-mapper, emulated',
  },
  {
    file: 'test/machine/crash.test.ts',
    name: 'a kernel panic ends the machine, and the machine is started once more',
    reason: 'an emulated machine boots twice',
  },
  {
    file: 'test/os/os.test.ts',
    name: 'an update starts from the other slot, with all that was there',
    reason: 'a second system is built, sent, written, and booted in an emulated machine',
  },
  {
    file: 'test/os/os.test.ts',
    name: 'an update whose kernel panics is given up after three tries',
    reason: 'an emulated machine starts four times',
  },
  {
    file: 'test/os/os.test.ts',
    name: 'it boots from its disk, and prepares it',
    reason: 'firmware, kernel and a whole capsule are emulated',
  },
  {
    file: 'packages/launcher/src/demo/demo.contract.test.ts',
    name: 'the first start shows a tour, the commands of the README work afterwards, and later starts show no tour',
    reason: 'every command of the README is typed, and three capsules start',
  },
  {
    file: 'test/e2e/microvm-flush.test.ts',
    name: 'data that a microVM wrote before its stop is in its volume, whatever happens during the stop',
    reason: 'an emulated guest boots and is stopped in each of the ways to end it',
  },
  {
    file: 'test/e2e/microvm-kill.test.ts',
    name: 'a kill of capsuled at any moment leaves no incomplete microVM',
    reason: 'three rounds, each with an emulated guest that starts and goes',
  },
  {
    file: 'test/e2e/volume.test.ts',
    name: 'if capsuled is killed at any time, written data stays, and nothing stays mounted',
    reason: 'kills at random moments of a whole round of volumes; by the hundred in the soak',
  },
  {
    file: 'test/e2e/kill.test.ts',
    name: 'after … kills during applies and deletes, capsuled restarts, completes every acknowledged change and leaks nothing',
    reason: 'the time to come back is measured at each kill; by the hundred in the soak',
  },
  {
    file: 'test/e2e/soak.test.ts',
    name: 'random operations during kills of capsuled, containerd and shims end as the model predicts',
    reason: 'the first 20 s of the soak, then everything settles and is compared',
  },
  {
    file: 'test/e2e/docs.test.ts',
    name: 'the commands of the tutorial and the guides run, and print the output on the pages',
    reason: 'all commands of the pages, one after the other, as a reader types them',
  },
  {
    file: 'test/e2e/pool-full.test.ts',
    name: 'a writer is paused while the pool is full and resumes later, and no other workload is affected',
    reason:
      'the capsule looks at its pool from time to time; the test waits for two of these looks',
  },
  {
    file: 'test/e2e/examples.test.ts',
    name: '… is pulled, runs and works as its comment says',
    reason: 'each example starts by itself, the microVMs with an emulated guest',
  },
];
