import type { Machine } from './vmm.ts';

/** A machine for the tests of how monitors are configured. */
export const SAMPLE_MACHINE: Machine = {
  name: 'web',
  settings: { vcpus: 2, memoryMib: 300 },
  kernel: '/guest/vmlinuz',
  initramfs: '/guest/initramfs',
  commandLine: 'console=ttyS0',
  disks: [
    { path: '/a', readOnly: true },
    { path: '/b', readOnly: false },
  ],
  tap: {
    device: 'capac14fe02',
    hardwareAddress: '02:ca:ac:14:fe:02',
    address: '172.20.254.2',
    prefix: 24,
    gateway: '172.20.254.1',
    mtu: 1500,
    uid: 1_882_193_410,
  },
  folder: '/run/vm',
  sockets: { vsock: '/run/vm/s/vsock', vhost: '/run/vm/s/vhost', control: '/run/vm/s/control' },
  cgroupFiles: [],
  screen: { output: 5, errors: 6 },
};
