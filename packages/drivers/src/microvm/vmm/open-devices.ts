import { chmod } from 'node:fs/promises';
import { unlessMissing } from '@capsule/host';

/** Whom a TAP belongs to, and what KVM lets a process do, is checked by the kernel beside these bits. */
const DEVICES = ['/dev/net/tun', '/dev/kvm'];

/** Lets a monitor without rights use the machine's devices, as udev does where there is one. Idempotent. */
export async function openDevices(): Promise<void> {
  for (const device of DEVICES) await unlessMissing(chmod(device, 0o666));
}
