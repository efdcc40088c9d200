import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { imagerError } from '../errors.ts';
import { cargoInDebian } from './cargo-in-debian.ts';
import type { BuildContext, Executor } from './context.ts';
import { findMachineRust } from './rust-toolchain.ts';

/** Where each program goes; capsule-launch runs on the host, from the layer's own directory. */
const INSTALLED = {
  'capsule-init': 'usr/sbin/capsuled',
  'capsule-log': 'usr/bin/capsule-log',
  'capsule-launch': 'usr/bin/capsule-launch',
} as const;

const TIMEOUT_MS = 20 * 60_000;

/** The static Rust programs, by the machine's compiler or else by Debian 13's. */
export const buildNative: Executor<'native'> = async (args, directory, context) => {
  const output = await compile(args.architecture, context);
  for (const [program, path] of Object.entries(INSTALLED)) {
    const target = join(directory, path);
    await mkdir(join(target, '..'), { recursive: true });
    await copyFile(join(output, program), target);
    await chmod(target, 0o755);
  }
};

async function compile(architecture: string, context: BuildContext): Promise<string> {
  const rust = await findMachineRust(context.env);
  if (!rust.usable) {
    context.progress(`${rust.why}: compiling with Debian 13's Rust`);
    return cargoInDebian(architecture, context);
  }
  const target = context.cache.scratch(`cargo-${architecture}`);
  await mkdir(target, { recursive: true });
  try {
    await run('cargo', ['build', '--release', '--locked', '--bins', '--target-dir', target], {
      cwd: join(context.repository, 'native'),
      env: context.env,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (cause) {
    const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
    throw imagerError.LAYER_FAILED({ layer: 'native', log: said.trim().slice(-2000) }, cause);
  }
  return join(target, 'release');
}
