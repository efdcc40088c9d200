import { arch } from 'node:process';
import { imagerError } from '../errors.ts';
import { runProgram } from '../run-program.ts';
import { fetchRelease } from './fetch-release.ts';
import { releaseFor } from './release.ts';

/** `npm run firecracker`: downloads Firecracker for capsules that start later. Idempotent. */
const say = (line: string) => void process.stdout.write(`${line}\n`);

await runProgram(async () => {
  if (arch !== 'x64' && arch !== 'arm64') throw imagerError.ARCHITECTURE({ architecture: arch });
  const found = await fetchRelease({
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    release: releaseFor(arch),
    progress: say,
  });
  say(`${found.fresh ? 'fetched' : 'there already'}: ${found.path}`);
  say('the next capsule that is started runs its microVMs with it, where /dev/kvm works');
});
