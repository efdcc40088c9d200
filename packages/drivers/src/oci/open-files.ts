import { readFileSync } from 'node:fs';

/** Enough for any server, and for programs that go through all that they might have open. */
const MOST = 65_536;

/**
 * How many files the programs of a workload may have open where its manifest says nothing: the same in containers and
 * microVMs, whatever the kernel's or an init's own default is. No more than this process may, which cannot give more.
 */
export function defaultOpenFiles(limits = readFileSync('/proc/self/limits', 'latin1')): number {
  const [, hard = ''] = /^Max open files\s+\S+\s+(\S+)/m.exec(limits) ?? [];
  return hard === 'unlimited' ? MOST : Math.min(MOST, Number(hard) || MOST);
}
