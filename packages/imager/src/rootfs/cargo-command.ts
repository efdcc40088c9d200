import { join } from 'node:path';
import { cargoInDebian } from './cargo-in-debian.ts';
import type { BuildContext } from './context.ts';
import { findMachineRust } from './rust-toolchain.ts';

/** A program to run, wherever the compiler is. Its output is in native/target either way. */
export interface CargoCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * `cargo ARGS` in native/, by the machine's Rust where it is new enough, else by Debian 13's, which
 * is fetched first.
 */
export async function cargoCommand(
  context: BuildContext,
  args: readonly string[],
): Promise<CargoCommand> {
  const rust = await findMachineRust(context.env);
  const native = join(context.repository, 'native');
  if (rust.usable) return { program: 'cargo', args, cwd: native, env: context.env };
  context.progress(`${rust.why}: compiling with Debian 13's Rust`);
  return cargoInDebian(context, args);
}
