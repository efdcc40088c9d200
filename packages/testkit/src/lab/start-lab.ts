import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type RunOptions, run } from '@capsule/host';
import {
  buildRootfs,
  capsuleProfile,
  consoleLog,
  hostNames,
  type ImageRecipe,
  launcherLog,
  type Progress,
  type Started,
  standInRecipes,
  startCapsule,
  stopCapsule,
  waitForApi,
} from '@capsule/imager';
import { type LabRegistry, startLabRegistry } from '../registry/lab-registry.ts';
import { registryStorage } from '../registry/registry-storage.ts';
import { labError } from './errors.ts';
import { findLeaks, type Traces, tracesOf } from './find-leaks.ts';
import type { Lab } from './lab.ts';
import { gone, servicePid } from './service-pid.ts';

export interface LabRequest {
  /** Default: `lab-` and something random. */
  readonly name?: string;
  /** Images that the registry offers; `[]` for no registry. Default: all stand-ins. */
  readonly images?: readonly ImageRecipe[];
  readonly progress?: Progress;
}

const REPOSITORY = join(import.meta.dirname, '../../../..');
const READY_TIMEOUT_MS = 30_000;

/**
 * Builds what is missing, starts a capsule and a registry for it, and returns when its API
 * answers. Disposing it stops both and fails with `LAB_LEAKED` when anything is left. The capsule
 * ends with this process, however that ends. Needs root.
 */
export async function startLab(request: LabRequest = {}): Promise<Lab> {
  const name = request.name ?? `lab-${randomBytes(3).toString('hex')}`;
  const recipes = request.images ?? standInRecipes;
  const cacheDir = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
  const common = { cacheDir, env: process.env, progress: request.progress ?? (() => undefined) };
  const profile = capsuleProfile;
  const rootfs = await buildRootfs({ ...common, repository: REPOSITORY, profile });
  const storage = recipes.length === 0 ? undefined : await registryStorage({ ...common, recipes });
  const stateDir = await mkdtemp(join(tmpdir(), `${name}-`));
  const boot = () => startCapsule({ name, rootfs, stateDir, attached: true });
  try {
    return await new RunningLab(name, stateDir, storage, boot).begin();
  } catch (cause) {
    await stopCapsule(name);
    await rm(stateDir, { recursive: true, force: true });
    throw cause;
  }
}

class RunningLab implements Lab {
  readonly name: string;
  readonly stateDir: string;
  readonly netns: string;
  readyMs = 0;
  registry: LabRegistry | undefined;
  readonly #storage: string | undefined;
  readonly #boot: () => Promise<Started>;
  #started: Started | undefined;
  #traces: Traces | undefined;
  #over = false;

  constructor(
    name: string,
    stateDir: string,
    storage: string | undefined,
    boot: () => Promise<Started>,
  ) {
    this.name = name;
    this.stateDir = stateDir;
    this.netns = hostNames(name).netns;
    this.#storage = storage;
    this.#boot = boot;
  }

  async begin(): Promise<this> {
    const begunAt = performance.now();
    this.#started = await this.#boot();
    const ready = this.ready().then(() => {
      this.readyMs = performance.now() - begunAt;
    });
    const [registry] = await Promise.all([this.#startRegistry(), ready]);
    this.registry = registry;
    // Not before: PID 1 exists a moment before it has all its namespaces, and until then shares ours.
    this.#traces = await tracesOf(this.name, this.stateDir, this.pid);
    return this;
  }

  #startRegistry(): Promise<LabRegistry | undefined> {
    if (this.#storage === undefined) return Promise.resolve(undefined);
    const { netns, stateDir } = this;
    const perm = join(stateDir, 'perm');
    return startLabRegistry({ storage: this.#storage, netns, scratch: stateDir, perm });
  }

  get #claim() {
    if (this.#started === undefined) throw labError.NO_PROCESS({ program: 'capsule' });
    return this.#started.claim;
  }

  get host(): string {
    return `unix:${this.#claim.socket}`;
  }

  get address(): string {
    return this.#claim.subnet.capsuleAddress;
  }

  get hostAddress(): string {
    return this.#claim.subnet.hostAddress;
  }

  get pid(): number {
    return this.#claim.pid ?? 0;
  }

  get env(): Readonly<Record<string, string | undefined>> {
    const { NODE_OPTIONS: _ours, NODE_TEST_CONTEXT: _tests, ...rest } = process.env;
    return {
      ...rest,
      PATH: [join(REPOSITORY, 'bin'), process.env['PATH']].join(delimiter),
      CAPSULE_HOST: this.host,
      CAPSULE_LAB_NAME: this.name,
      CAPSULE_LAB_ADDRESS: this.address,
      CAPSULE_LAB_STATE: this.stateDir,
      CAPSULE_LAB_NETNS: this.netns,
      CAPSULE_LAB_PID: String(this.pid),
    };
  }

  capsulectl(...args: string[]) {
    return this.capsulectlWith({}, ...args);
  }

  capsulectlWith(options: RunOptions, ...args: string[]) {
    const allow = Array.from({ length: 256 }, (_, code) => code);
    return run(join(REPOSITORY, 'bin/capsulectl'), args, { env: this.env, allow, ...options });
  }

  exec(argv: readonly string[], options: RunOptions = {}) {
    const into = ['-t', String(this.pid), '-m', '-n', '-p', '-u', '-i', '-C', '--'];
    return run('nsenter', [...into, ...argv], { env: { PATH: '/usr/sbin:/usr/bin' }, ...options });
  }

  onItsNetwork(argv: readonly string[], options: RunOptions = {}) {
    return run('nsenter', ['-t', String(this.pid), '-n', '--', ...argv], options);
  }

  ctr(...args: string[]) {
    return this.exec(['ctr', '--namespace', 'kukeon-main', ...args]);
  }

  servicePid(service: 'capsuled' | 'containerd') {
    return servicePid(this.pid, service);
  }

  killCapsuled() {
    return this.#kill('capsuled');
  }

  killContainerd() {
    return this.#kill('containerd');
  }

  async #kill(service: 'capsuled' | 'containerd'): Promise<void> {
    const pid = await this.servicePid(service);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
  }

  async ready(): Promise<number> {
    if (this.#started === undefined) throw labError.NO_PROCESS({ program: 'capsule' });
    return waitForApi(this.#started, READY_TIMEOUT_MS);
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.begin();
  }

  async logs(): Promise<string> {
    const paths = [launcherLog(this.stateDir), consoleLog(this.stateDir)];
    return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n');
  }

  async #stop(): Promise<void> {
    await this.registry?.[Symbol.asyncDispose]();
    this.registry = undefined;
    await stopCapsule(this.name);
    await this.#started?.launcherEnded;
    await using traces = this.#traces;
    this.#traces = undefined;
    const leaks = traces === undefined ? [] : await findLeaks(traces);
    if (leaks.length > 0) throw labError.LEAKED({ name: this.name, leaks });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    try {
      await this.#stop();
    } finally {
      await rm(this.stateDir, { recursive: true, force: true });
    }
  }
}
