import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { readClaims } from './claim.ts';
import { FORWARDING_MARK } from './places.ts';

const SWITCH = '/proc/sys/net/ipv4/ip_forward';

/** Lets the host forward IPv4, and remembers if it did not before. Under the network lock. */
export async function enableForwarding(): Promise<void> {
  if ((await readFile(SWITCH, 'utf8')).trim() === '1') return;
  await writeFile(FORWARDING_MARK, '');
  await writeFile(SWITCH, '1');
}

/** Puts the switch back when the last capsule has gone, and only if a capsule turned it. */
export async function restoreForwarding(leaving: string): Promise<void> {
  const others = (await readClaims()).filter((claim) => claim.name !== leaving);
  if (others.length > 0 || !(await exists(FORWARDING_MARK))) return;
  await writeFile(SWITCH, '0');
  await rm(FORWARDING_MARK, { force: true });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
