import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_MACHINE } from '../sample-machine.ts';
import type { Machine } from '../vmm.ts';
import { describeJail, type JailBoot } from './jail.ts';
import { describeFirecracker } from './machine-config.ts';

const MACHINE: Machine = {
  ...SAMPLE_MACHINE,
  commandLine: 'console=ttyS0 panic=-1',
  disks: [
    { path: '/run/vm/boot.img', readOnly: true },
    { path: '/dev/loop7', readOnly: false },
    { path: '/perm/root.img', readOnly: false },
  ],
};

const config = () => JSON.parse(JSON.stringify(describeFirecracker(MACHINE, '/run/vm/s/metrics')));

test('disks are in order, pass on every flush, and are marked as writable or not', () => {
  assert.deepEqual(
    config().drives.map((drive: Record<string, unknown>) => [
      drive['path_on_host'],
      drive['is_read_only'],
      drive['cache_type'],
      drive['is_root_device'],
    ]),
    [
      ['/disk0', true, 'Writeback', false],
      ['/disk1', false, 'Writeback', false],
      ['/disk2', false, 'Writeback', false],
    ],
  );
});

test('the guest resets in the way that ends Firecracker, and its own options come last', () => {
  assert.match(config()['boot-source'].boot_args, /^reboot=k .* console=ttyS0 panic=-1$/);
});

test('sockets have the names of the jail, and no path of the capsule', () => {
  assert.equal(config().vsock.uds_path, '/s/vsock');
  assert.equal(config().metrics.metrics_path, '/s/metrics');
  assert.doesNotMatch(JSON.stringify(config()), /\/run\/vm|\/perm/);
});

test('disks and links have their limits, and random bytes are always limited', () => {
  const limits = { diskBytesPerSecond: 5000, linkBytesPerSecond: 7000 };
  const limited = JSON.parse(JSON.stringify(describeFirecracker(MACHINE, '/m', limits)));
  const bucket = (size: number) => ({ bandwidth: { size, refill_time: 1000 } });
  for (const drive of limited.drives) assert.deepEqual(drive.rate_limiter, bucket(5000));
  const [link] = limited['network-interfaces'];
  assert.deepEqual([link.rx_rate_limiter, link.tx_rate_limiter], [bucket(7000), bucket(7000)]);
  assert.deepEqual(config().entropy.rate_limiter, bucket(65536));
  assert.doesNotMatch(JSON.stringify(config().drives), /rate_limiter/);
});

test('the machine has the size of its manifest, and its own link', () => {
  assert.deepEqual(config()['machine-config'], { vcpu_count: 2, mem_size_mib: 300, smt: false });
  assert.deepEqual(config()['network-interfaces'], [
    { iface_id: 'net', guest_mac: '02:ca:ac:14:fe:02', host_dev_name: 'capac14fe02' },
  ]);
});

const BOOT = { kernel: '/kernels/a.elf', config: '/run/vm/machine.json' };

const jail = (boot: JailBoot = BOOT) =>
  describeJail({
    machine: MACHINE,
    disks: [
      { path: '/run/vm/boot.img', readOnly: true },
      { path: '/dev/loop7', readOnly: false, device: { major: 7, minor: 7 } },
      { path: '/perm/root.img', readOnly: false },
    ],
    holder: 41,
    boot,
    jailer: '/fc/jailer',
    program: '/fc/firecracker-v1',
    place: '/run/vm/jail',
    pidFile: '/run/vm/machine.pid',
  });

test("a jail contains the machine's files and no others", () => {
  assert.equal(
    jail().slice(8).join(' '),
    [
      '/run/vm/jail /run/vm/jail/firecracker-v1/firecracker/root firecracker-v1.pid',
      '/run/vm/machine.pid folder /s /run/vm/s reads /machine.json /run/vm/machine.json',
      'reads /kernel /kernels/a.elf reads /initramfs /guest/initramfs',
      'disk /disk0 bind,ro /run/vm/boot.img /proc/41/fd/3 node /disk1 0600 7 7 1882193410',
      'disk /disk2 bind /perm/root.img /proc/41/fd/5',
      '-- /fc/jailer --id firecracker --exec-file /fc/firecracker-v1 --uid 1882193410',
      '--gid 1882193410 --chroot-base-dir /run/vm/jail --new-pid-ns',
      '-- --api-sock /s/control --config-file /machine.json --show-level',
    ].join(' '),
  );
});

test('a machine that is resumed gets the snapshot as its own user, and no kernel', () => {
  const words = jail({ snapshot: { state: '/snapshots/k/state', memory: '/snapshots/k/memory' } });
  assert.match(
    words.join(' '),
    / lent \/state \/snapshots\/k\/state 1882193410 lent \/memory \/snapshots\/k\/memory 1882193410 disk /,
  );
  assert.doesNotMatch(words.slice(8).join(' '), /kernel|initramfs|--config-file/);
});

test('a template has a link in a network of its own, and a folder for its snapshot', () => {
  const words = jail({ ...BOOT, template: { folder: '/snapshots/k.new' } });
  assert.deepEqual(words.slice(0, 5), ['unshare', '--mount', '--propagation', 'slave', '--net']);
  assert.match(
    words.join(' '),
    / link capac14fe02 1882193410 folder \/taken \/snapshots\/k.new disk /,
  );
});
