import { join } from 'node:path';
import type { CargoCommand } from './cargo-command.ts';
import { cargoInDebian } from './cargo-in-debian.ts';
import type { BuildContext } from './context.ts';
import { findMachineRust } from './rust-toolchain.ts';

/**
 * `cargo ARGS` in native/, by the machine's Rust where it is new enough, else by Debian 13's, which
 * is fetched first.
 */
export async function chooseCargo(
  context: BuildContext,
  args: readonly string[],
): Promise<CargoCommand> {
  const rust = await findMachineRust(context.env);
  const native = join(context.repository, 'native');
  if (rust.usable) return { program: 'cargo', args, cwd: native, env: context.env };
  context.progress(`${rust.why}: compiling with Debian 13's Rust`);
  return cargoInDebian(context, args);
}
