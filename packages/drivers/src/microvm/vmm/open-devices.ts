import { chmod } from 'node:fs/promises';
import { unlessMissing } from '@capsule/host';

/** In addition to these modes, the kernel checks the owner of a TAP and what KVM lets a process do. */
const DEVICES = ['/dev/net/tun', '/dev/kvm'];

/** Lets an unprivileged monitor use the machine's devices, as udev does on other systems. Idempotent. */
export async function openDevices(): Promise<void> {
  for (const device of DEVICES) await unlessMissing(chmod(device, 0o666));
}
