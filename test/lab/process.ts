import { readFile, readlink } from 'node:fs/promises';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

/** A field of `/proc/PID/status` of a process of the capsule. */
export async function statusField(lab: Lab, pid: number, field: string): Promise<string> {
  const text = await readFile(pathOf(lab, `/proc/${pid}/status`), 'utf8');
  const line = text.split('\n').find((each) => each.startsWith(`${field}:`));
  if (line === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return line.slice(field.length + 1).trim();
}

/** The namespace of a process of the capsule: `net:[4026532000]`. */
export function namespaceOf(lab: Lab, pid: number, kind: string): Promise<string> {
  return readlink(pathOf(lab, `/proc/${pid}/ns/${kind}`));
}

/** A NUL-separated file of a process: `environ`, `cmdline`. */
export async function wordsOf(lab: Lab, pid: number, file: string): Promise<readonly string[]> {
  const text = await readFile(pathOf(lab, `/proc/${pid}/${file}`), 'utf8');
  return text.split('\0').slice(0, -1);
}
