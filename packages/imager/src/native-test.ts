import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Cache } from './cache/cache.ts';
import { findDebianArchive } from './debian/host-apt.ts';
import { chooseCargo } from './rootfs/choose-cargo.ts';
import { runProgram } from './run-program.ts';

/**
 * `node packages/imager/src/native-test.ts`: the native programs' own tests. Those from outside run the programs of the
 * rootfs, which ship.
 */
const context = {
  repository: join(import.meta.dirname, '../../..'),
  cache: new Cache(process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule'),
  archive: () => findDebianArchive(process.env['CAPSULE_DEBIAN_MIRROR']),
  env: process.env,
  progress: (line: string) => void process.stderr.write(`${line}\n`),
};

await runProgram(async () => {
  const { program, args, cwd, env } = await chooseCargo(context, ['test', '--locked', '--quiet']);
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exitCode = 1;
});
