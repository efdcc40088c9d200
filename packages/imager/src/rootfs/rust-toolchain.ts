import { run } from '@capsule/host';

/** The oldest compiler that builds the native programs: the one of Debian 13. */
export const MINIMUM_RUST = [1, 85] as const;

/** Returns the machine's own cargo when it and its compiler are new enough, else the reason why not. */
export async function findMachineRust(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly usable: true } | { readonly usable: false; readonly why: string }> {
  for (const program of ['cargo', 'rustc']) {
    try {
      const { stdout } = await run(program, ['--version'], { env });
      const version = parseRustVersion(stdout);
      if (version === undefined || !isNewEnough(version)) {
        return { usable: false, why: `${stdout.trim()} is older than ${MINIMUM_RUST.join('.')}` };
      }
    } catch {
      return { usable: false, why: `${program} is not installed` };
    }
  }
  return { usable: true };
}

/** Major and minor of what `cargo --version` prints. */
export function parseRustVersion(text: string): readonly [number, number] | undefined {
  const match = /^\w+ (\d+)\.(\d+)\./.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function isNewEnough([major, minor]: readonly [number, number]): boolean {
  return major > MINIMUM_RUST[0] || (major === MINIMUM_RUST[0] && minor >= MINIMUM_RUST[1]);
}
