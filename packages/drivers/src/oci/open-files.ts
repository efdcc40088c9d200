import { readFileSync } from 'node:fs';

/**
 * Enough for any server, and cheap for programs that go through all descriptors that they might have open.
 */
const MOST = 65_536;

/**
 * Returns the limit of open files where a manifest sets none: the same in containers and microVMs, whatever
 * the kernel's or an init's own default is, but at most that of this process, which cannot grant more.
 */
export function defaultOpenFiles(limits = readFileSync('/proc/self/limits', 'latin1')): number {
  const [, hard = ''] = /^Max open files\s+\S+\s+(\S+)/m.exec(limits) ?? [];
  return hard === 'unlimited' ? MOST : Math.min(MOST, Number(hard) || MOST);
}
