import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { dockerArchive, type TestImage } from '../images/test-image.ts';
import { freePort } from './free-port.ts';
import { registryConfig } from './registry-config.ts';
import { waitForPort } from './wait-for-port.ts';

export interface GuardedRegistry extends AsyncDisposable {
  /** `192.0.2.1:5000`: what references begin with. */
  readonly host: string;
  readonly username: string;
  readonly secret: string;
  /** Puts an image into it: `app:1`. */
  offer(name: string, image: TestImage): Promise<void>;
}

const ACCOUNT = { username: 'ann', secret: 's3cret' };
/** htpasswd(1): the name, and bcrypt of the secret. */
const HTPASSWD = 'ann:$2b$05$ajzV31cPB9axPq8JAwvJY.QiH1pNkz0HygtMBrlisBIZ6sNds7j46\n';

/** Debian's docker-registry with one account, over plain HTTP. */
export async function startGuardedRegistry(address: string): Promise<GuardedRegistry> {
  const scratch = await mkdtemp(join(tmpdir(), 'capsule-registry-'));
  const port = await freePort(address);
  const [config, accounts] = [join(scratch, 'config.yml'), join(scratch, 'accounts')];
  await writeFile(accounts, HTPASSWD);
  const storage = join(scratch, 'storage');
  await writeFile(config, registryConfig({ storage, port, readOnly: false, address, accounts }));
  const words = ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config];
  const server = spawn('setpriv', words, { stdio: 'ignore', detached: true });
  const ended = once(server, 'close');
  const registry: GuardedRegistry = {
    host: `${address}:${port}`,
    ...ACCOUNT,
    async offer(name, image) {
      const archive = join(scratch, 'image.tar');
      await writeFile(archive, dockerArchive(image, [name]));
      const creds = `--dest-creds=${ACCOUNT.username}:${ACCOUNT.secret}`;
      const options = ['--insecure-policy', '--dest-tls-verify=false', '--quiet', creds];
      const target = `docker://${address}:${port}/${name}`;
      await run('skopeo', ['copy', ...options, `docker-archive:${archive}`, target]);
    },
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await ended;
      await rm(scratch, { recursive: true });
    },
  };
  try {
    await waitForPort({ host: address, port }, ended);
    return registry;
  } catch (cause) {
    await registry[Symbol.asyncDispose]();
    throw cause;
  }
}
