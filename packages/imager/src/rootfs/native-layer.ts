import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { imagerError } from '../errors.ts';
import { chooseCargo } from './choose-cargo.ts';
import type { BuildContext, Executor } from './context.ts';

/** Where each program goes; capsule-launch runs on the host, from the layer's own directory. */
const INSTALLED = {
  'capsule-init': 'usr/sbin/capsuled',
  'capsule-files': 'usr/bin/capsule-files',
  // Into the initramfs of microVMs, with capsule-files.
  'capsule-guest': 'usr/lib/capsule/guest/capsule-guest',
  'capsule-log': 'usr/bin/capsule-log',
  'capsule-shell': 'usr/bin/capsule-shell',
  // Into the initramfs of machines.
  'capsule-stage0': 'usr/lib/capsule/stage0',
  'capsule-launch': 'usr/bin/capsule-launch',
  'capsule-ticks': 'usr/bin/capsule-ticks',
} as const;

const RELEASE = ['build', '--release', '--locked', '--bins'];
const TIMEOUT_MS = 20 * 60_000;

/** The static Rust programs, by the machine's compiler or else by Debian 13's. */
export const buildNative: Executor<'native'> = async (_args, directory, context) => {
  const output = await compile(context);
  for (const [program, path] of Object.entries(INSTALLED)) {
    const target = join(directory, path);
    await mkdir(join(target, '..'), { recursive: true });
    await copyFile(join(output, program), target);
    await chmod(target, 0o755);
  }
};

/** Copies the programs of a finished layer into one folder, each by its name in Cargo.toml. */
export async function copyNativePrograms(layer: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [program, path] of Object.entries(INSTALLED)) {
    const target = join(folder, program);
    // A program that runs is not written to, nor is what cargo has linked to this name.
    await copyFile(join(layer, path), `${target}.new`);
    await rename(`${target}.new`, target);
  }
}

async function compile(context: BuildContext): Promise<string> {
  const { program, args, ...where } = await chooseCargo(context, RELEASE);
  try {
    await run(program, args, { ...where, timeoutMs: TIMEOUT_MS });
  } catch (cause) {
    const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
    throw imagerError.LAYER_FAILED({ layer: 'native', log: said.trim().slice(-2000) }, cause);
  }
  return join(context.repository, 'native/target/release');
}
