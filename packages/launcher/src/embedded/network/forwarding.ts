import { readFile, writeFile } from 'node:fs/promises';

const SWITCH = '/proc/sys/net/ipv4/ip_forward';

/**
 * Lets the host forward IPv4. It stays on for good, as with Docker, libvirt and podman: by the time the last
 * capsule stops, other programs may rely on it, unseen. Returns true when it was off.
 */
export async function enableForwarding(): Promise<boolean> {
  if ((await readFile(SWITCH, 'utf8')).trim() === '1') return false;
  await writeFile(SWITCH, '1');
  return true;
}
