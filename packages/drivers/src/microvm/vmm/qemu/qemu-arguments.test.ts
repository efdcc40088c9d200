import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_MACHINE } from '../sample-machine.ts';
import { describeQemu } from './qemu-arguments.ts';

const DESCRIPTORS = [
  { fd: 3, isBlockDevice: false },
  { fd: 4, isBlockDevice: true },
];

const words = (isKvm: boolean) =>
  describeQemu(SAMPLE_MACHINE, { isKvm, architecture: 'x64', descriptors: DESCRIPTORS }).join(' ');

test('the processor is used directly where it can be, and emulated elsewhere', () => {
  assert.match(words(true), / -accel kvm -cpu host/);
  assert.match(words(false), / -accel tcg,\S* -cpu max/);
});

test('translated code has a limit', () => {
  assert.match(words(false), /tb-size=32 /);
});

test('where the board has one, a firmware is used that does not overwrite the initramfs', () => {
  assert.match(words(true), /-bios qboot.rom /);
  const how = { isKvm: true, architecture: 'arm64', descriptors: DESCRIPTORS };
  assert.doesNotMatch(describeQemu(SAMPLE_MACHINE, how).join(' '), /-bios/);
});

test('disks are passed open and in order, and marked as writable or not', () => {
  const text = words(false);
  assert.match(text, /fd=3,set=1 .*driver=file,\S*fdset\/1,read-only=on .*drive=disk0/);
  assert.match(text, /fd=4,set=2 .*driver=host_device,\S*fdset\/2,read-only=off\S* .*drive=disk1/);
  assert.doesNotMatch(text, /\/a|\/b/);
});

test('each disk has its own limit', () => {
  const limits = { diskBytesPerSecond: 5000 };
  const how = { isKvm: true, architecture: 'x64', descriptors: DESCRIPTORS, limits };
  const text = describeQemu(SAMPLE_MACHINE, how).join(' ');
  assert.match(
    text,
    /node-name=file1,\S*fdset\/2,\S* -object throttle-group,id=limit1,x-bps-total=5000 /,
  );
  assert.match(
    text,
    /driver=throttle,node-name=disk1,throttle-group=limit1,file=file1,\S* .*drive=disk1/,
  );
  assert.doesNotMatch(words(true), /throttle/);
});

test('QEMU may start, gain and request nothing beyond the needs of the machine', () => {
  assert.match(words(false), /-sandbox on,\S*elevateprivileges=deny,spawn=deny/);
  assert.match(words(false), /-nodefaults -no-user-config -no-reboot/);
});

test('an emulated guest gets the rate of its counter, if that is known', () => {
  const how = { architecture: 'x64', descriptors: DESCRIPTORS, counterKhz: 2_000_000 };
  assert.match(
    describeQemu(SAMPLE_MACHINE, { ...how, isKvm: false }).join(' '),
    /tsc_early_khz=2000000 /,
  );
  assert.doesNotMatch(describeQemu(SAMPLE_MACHINE, { ...how, isKvm: true }).join(' '), /tsc_/);
  assert.doesNotMatch(words(false), /tsc_/);
});

test('only an emulated kernel leaves out the defences against speculation and the tests of its ciphers', () => {
  assert.match(words(false), /-append \S* mitigations=off cryptomgr.notests /);
  assert.doesNotMatch(words(true), /mitigations|notests/);
});
