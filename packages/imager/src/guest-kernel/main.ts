import { join } from 'node:path';
import { arch } from 'node:process';
import { imagerError } from '../errors.ts';
import { capsuleProfile } from '../profiles/capsule.ts';
import { runProgram } from '../run-program.ts';
import { buildGuestKernel } from './build-kernel.ts';

/** `npm run guest-kernel`: compiles the kernel for microVMs that start later. Idempotent. */
const say = (line: string) => void process.stdout.write(`${line}\n`);

await runProgram(async () => {
  if (arch !== 'x64' && arch !== 'arm64') throw imagerError.ARCHITECTURE({ architecture: arch });
  const kernel = await buildGuestKernel({
    repository: join(import.meta.dirname, '../../../..'),
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    architecture: arch,
    suite: capsuleProfile.suite,
    env: process.env,
    progress: say,
  });
  say(`${kernel.fresh ? 'built' : 'there already'}: ${kernel.path}`);
  say('the next capsule that is started runs its microVMs with it');
});
