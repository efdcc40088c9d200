import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

const REPOSITORY = join(import.meta.dirname, '../../..');
/** Of Debian: not root, and not the user of this checkout. */
const NOBODY = 65_534;

export interface LaptopRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LaptopOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Another machine on the capsule's wire: it has the one file of `npm run cli`, and nothing else of the project. */
export interface Laptop extends AsyncDisposable {
  /** Its files; the operator's own are in `home`. */
  readonly folder: string;
  /** Runs capsulectl as a user who is not root. */
  capsulectl(words: readonly string[], options?: LaptopOptions): Promise<LaptopRun>;
  /** Another operator, without any file. */
  forgetOperator(): Promise<void>;
}

/** Takes the host's end of the capsule's wire into a network namespace of its own, until it is disposed of. */
export async function openLaptop(lab: Lab): Promise<Laptop> {
  const { link, prefix } = await hostEnd(lab);
  const netns = `laptop-${lab.name}`;
  const folder = await mkdtemp(join(tmpdir(), 'laptop-'));
  await chmod(folder, 0o755);
  const file = join(folder, 'capsulectl');
  await run(process.execPath, [join(REPOSITORY, 'packages/cli/build-file.ts'), file]);
  await moveLink(link, `${lab.hostAddress}/${prefix}`, { to: netns });
  const forgetOperator = async () => {
    await rm(join(folder, 'home'), { recursive: true, force: true });
    await mkdir(join(folder, 'home'));
    await chown(join(folder, 'home'), NOBODY, NOBODY);
  };
  await forgetOperator();
  return {
    folder,
    forgetOperator,
    capsulectl: (words, options = {}) => execute({ netns, folder, file }, words, options),
    async [Symbol.asyncDispose]() {
      await moveLink(link, `${lab.hostAddress}/${prefix}`, { from: netns });
      await rm(folder, { recursive: true });
    },
  };
}

async function hostEnd({ hostAddress }: Lab): Promise<{ link: string; prefix: number }> {
  const { stdout } = await run('ip', ['-json', '-4', 'addr', 'show']);
  const links = JSON.parse(stdout) as {
    ifname: string;
    addr_info: { local: string; prefixlen: number }[];
  }[];
  for (const { ifname, addr_info } of links) {
    const found = addr_info.find(({ local }) => local === hostAddress);
    if (found !== undefined) return { link: ifname, prefix: found.prefixlen };
  }
  throw new Error(`no link has ${hostAddress}`);
}

/** A link loses its addresses when it changes the namespace. */
async function moveLink(
  link: string,
  address: string,
  { to, from }: { readonly to?: string; readonly from?: string },
): Promise<void> {
  if (to !== undefined) await run('ip', ['netns', 'add', to]);
  const outside = from === undefined ? [] : ['-n', from];
  const inside = to === undefined ? [] : ['-n', to];
  await run('ip', [...outside, 'link', 'set', link, 'netns', to ?? '1']);
  await run('ip', [...inside, 'addr', 'add', address, 'dev', link]);
  await run('ip', [...inside, 'link', 'set', link, 'up']);
  if (from !== undefined) await run('ip', ['netns', 'delete', from]);
}

interface Place {
  readonly netns: string;
  readonly folder: string;
  readonly file: string;
}

async function execute(
  { netns, folder, file }: Place,
  words: readonly string[],
  { input = '', env = {}, signal }: LaptopOptions,
): Promise<LaptopRun> {
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const bare = ['env', '-i', `HOME=${join(folder, 'home')}`, 'USER=ann'];
  const extra = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const node = await laptopNode();
  const argv = ['netns', 'exec', netns, ...user, ...bare, ...extra, node, file, ...words];
  const child = promisify(execFile)('ip', argv, { cwd: folder, ...(signal && { signal }) });
  child.child.stdin?.on('error', () => undefined).end(input);
  return child.then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ exitCode: Number(code ?? -1), stdout, stderr }),
  );
}

/** Node 20 of Debian where it is installed. */
async function laptopNode(): Promise<string> {
  const found = await promisify(execFile)('/usr/bin/node', ['--version']).catch(() => undefined);
  return found === undefined ? process.execPath : '/usr/bin/node';
}
