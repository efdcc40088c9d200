import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHardware } from './describe-hardware.ts';

const HARDWARE = {
  kernel: '/k/vmlinuz',
  initrd: '/m/initrd',
  root: '/c/root.img',
  console: '/m/serial.log',
  disks: ['/d/disk0', 'nbd+unix:///?socket=/d/b.sock'],
  memoryMib: 1024,
  processors: 2,
};
const words = (more = {}) => describeHardware({ ...HARDWARE, ...more }).join(' ');

test('the kernel panics at an oops, and QEMU ends when it does', () => {
  assert.match(words(), /-append console=ttyS0 quiet oops=panic panic=-1/);
  assert.match(words(), /-no-reboot/);
});

test('disks keep their order, and only the root disk discards writes', () => {
  assert.match(
    words(),
    /root\.img,format=raw,snapshot=on,if=none,id=disk0 .*disk0,format=raw,discard.*,id=disk1 .*b\.sock,.*,id=disk2 /,
  );
  assert.equal(words().match(/snapshot=on/g)?.length, 1);
});

test('the kernel gets the rate of the counter if it is known', () => {
  assert.match(words({ counterKhz: 2_600_000 }), /tsc_early_khz=2600000/);
  assert.doesNotMatch(words(), /tsc_/);
});
