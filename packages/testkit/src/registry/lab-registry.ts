import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { labError } from '../lab/errors.ts';
import { registryConfig } from './registry-config.ts';

/** The registry's behaviour from now on; `pass` is to serve. */
export type RegistryBehaviour = 'pass' | 'refuse' | 'stall' | { readonly cutAfterBytes: number };

export interface RegistryRequest {
  readonly storage: string;
  readonly netns: string;
  /** A directory of the lab's own. */
  readonly scratch: string;
  /** The capsule's /perm, in which mirrors are declared. */
  readonly perm: string;
}

/** A registry on the capsule's own loopback that stands in for docker.io. */
export interface LabRegistry extends AsyncDisposable {
  /** Resolves when the behaviour holds; connections that were open are reset. */
  behave(behaviour: RegistryBehaviour): Promise<void>;
}

const PORT = 5000;
const BEHIND_PORT = 5001;
/** Programs in the namespace must not outlive a lab that was killed. */
const TIED = ['--pdeathsig', 'KILL'];

/** Serves `storage`, read-only, in the network namespace of a capsule. */
export async function startLabRegistry(request: RegistryRequest): Promise<LabRegistry> {
  const { storage, netns, scratch, perm } = request;
  const config = join(scratch, 'registry.yml');
  await writeFile(config, registryConfig({ storage, port: BEHIND_PORT, readOnly: true }));
  await declareMirror(perm);
  const inside = (argv: readonly string[]) =>
    spawn('setpriv', [...TIED, 'ip', 'netns', 'exec', netns, ...argv], {
      stdio: 'pipe',
      detached: true, // a Ctrl-C in the terminal is for the command, not for us
    });
  const server = inside(['docker-registry', 'serve', config]);
  const gate = inside([
    process.execPath,
    join(import.meta.dirname, 'gate.ts'),
    String(PORT),
    String(BEHIND_PORT),
  ]);
  const ended = Promise.all([once(server, 'close'), once(gate, 'close')]);
  const failed = complain(server, gate);
  const answers = createInterface({ input: gate.stdout })[Symbol.asyncIterator]();
  const behave = async (behaviour: RegistryBehaviour) => {
    gate.stdin.write(`${wordFor(behaviour)}\n`);
    const answer = await Promise.race([answers.next(), failed]);
    if (answer.done === true) throw labError.REGISTRY_DEAD({ said: 'its gate has closed' });
  };
  await behave('pass');
  return {
    behave,
    [Symbol.asyncDispose]: async () => {
      gate.stdin.end();
      server.kill('SIGKILL'); // its storage is read-only: nothing can be lost
      await ended;
    },
  };
}

/** Configures containerd to ask this registry, and no other, for docker.io. */
async function declareMirror(perm: string): Promise<void> {
  const directory = join(perm, 'containerd-certs.d', 'docker.io');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'hosts.toml'), mirrorToml(`http://127.0.0.1:${PORT}`));
}

/** hosts.toml of containerd: one mirror, also as the last resort. */
export function mirrorToml(url: string): string {
  return `server = "${url}"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
}

function wordFor(behaviour: RegistryBehaviour): string {
  return typeof behaviour === 'string' ? behaviour : `cut ${behaviour.cutAfterBytes}`;
}

/** Rejects with what was said when one of them ends by itself with an error. */
function complain(...children: readonly ChildProcessWithoutNullStreams[]): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined); // only who waits for an answer wants to know
  for (const child of children) {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2000);
    });
    child.on('error', (cause) => reject(labError.REGISTRY_DEAD({ said: String(cause) }, cause)));
    child.on('close', (code) => {
      if (code !== 0 && code !== null) reject(labError.REGISTRY_DEAD({ said: said.trim() }));
    });
  }
  return promise;
}
