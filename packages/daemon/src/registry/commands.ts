import {
  type ApplyChange,
  applyChangeOf,
  describeRegistryChange,
  type FieldChange,
  isRegistryName,
  manifestError,
  type RegistryHosts,
  type RegistryLogin,
  type RegistrySpec,
  validateRegistry,
} from '@capsule/core';
import type { Log, SecretBox } from '@capsule/engine';
import { registryConfigError } from './errors.ts';
import type { RegistryRecords } from './records.ts';

export interface RegistryCommandsParts {
  readonly records: RegistryRecords;
  readonly hosts: RegistryHosts;
  readonly secrets: SecretBox;
  readonly log: Log;
}

export interface AppliedRegistry {
  readonly change: ApplyChange;
  readonly fields: readonly FieldChange[];
}

/** One registry with what is known of it. */
export interface KnownRegistry {
  readonly spec: RegistrySpec;
  readonly declared: boolean;
  readonly username: string;
}

const SECRET_MOST_BYTES = 16 * 1024;
/** What pulls from Docker Hub ask under that name. */
const DOCKER_HUB_HOSTS = ['registry-1.docker.io', 'index.docker.io', 'auth.docker.io'];

/** Keeps what is declared of registries and the logins, and makes the image store heed it. */
export class RegistryCommands {
  readonly #parts: RegistryCommandsParts;
  /** One after the other: each writes the whole. */
  #publishing: Promise<unknown> = Promise.resolve();

  constructor(parts: RegistryCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Brings the image store up to what is stored, also after a crash between the two. Fails where it cannot for
   * the registry `of`; the failure of another is logged, and concerns that one alone.
   */
  async publish(of?: string): Promise<void> {
    const { records, hosts, log } = this.#parts;
    const publishing = this.#publishing.then(() => hosts.declare(records.list()));
    this.#publishing = publishing.catch(() => undefined);
    for (const [registry, error] of await publishing) {
      if (registry === of) throw error;
      log.error('registry not published', { registry, error });
    }
  }

  /** Fails with `MANIFEST_SPEC_INVALID`, `REGISTRY_HAND_MADE`, and has changed nothing then. Idempotent. */
  async apply(spec: RegistrySpec, dryRun: boolean): Promise<AppliedRegistry> {
    const { name } = spec;
    const problems = validateRegistry(spec);
    if (problems.length > 0) throw manifestError.SPEC_INVALID({ what: 'registry', name, problems });
    const { records, hosts } = this.#parts;
    if (await hosts.isHandMade(name)) throw registryConfigError.HAND_MADE({ name });
    const before = records.get(name);
    const fields = describeRegistryChange(before, spec);
    const change = applyChangeOf(before, fields);
    if (!dryRun) {
      if (change !== 'unchanged') records.declare(spec);
      await this.publish(name);
    }
    return { change, fields };
  }

  /** Answers whether there was one. Idempotent. */
  async delete(name: string): Promise<boolean> {
    const existed = this.#parts.records.forget(name);
    await this.publish(name);
    return existed;
  }

  list(): readonly KnownRegistry[] {
    const { records } = this.#parts;
    const logins = new Map(records.logins().map(({ name, username }) => [name, username]));
    const declared = records.list().map((spec) => {
      const username = logins.get(spec.name) ?? '';
      logins.delete(spec.name);
      return { spec, declared: true, username };
    });
    const others = [...logins].map(([name, username]) => ({
      spec: undeclared(name),
      declared: false,
      username,
    }));
    return [...declared, ...others].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  }

  /**
   * Keeps a login after the registry has taken it. Fails with `REGISTRY_LOGIN_INVALID`,
   * `REGISTRY_LOGIN_REFUSED`, `REGISTRY_UNREACHABLE`, `SECRET_KEY_UNUSABLE`; an earlier login stays then.
   */
  async login(
    name: string,
    login: RegistryLogin,
    { isChecked, signal }: { readonly isChecked: boolean; readonly signal: AbortSignal },
  ): Promise<void> {
    const { records, hosts, secrets } = this.#parts;
    const problem = problemOf(name, login);
    if (problem !== undefined) throw registryConfigError.LOGIN_INVALID({ problem });
    if (isChecked) await hosts.check(records.get(name) ?? undeclared(name), login, signal);
    const secret = secrets.seal(login.secret, contextOf(name));
    records.keepLogin({ name, username: login.username, secret });
  }

  /** Answers whether somebody was logged in. Idempotent. */
  logout(name: string): boolean {
    return this.#parts.records.forgetLogin(name);
  }

  /** For a pull: what to show to a host. A login that cannot be read is told, and none is shown. */
  findLogin(host: string): RegistryLogin | undefined {
    const { records, secrets, log } = this.#parts;
    const name = DOCKER_HUB_HOSTS.includes(host) ? 'docker.io' : host;
    try {
      const stored = records.login(name);
      if (stored === undefined) return undefined;
      return { username: stored.username, secret: secrets.open(stored.secret, contextOf(name)) };
    } catch (error) {
      log.error('login not usable', { registry: name, error });
      return undefined;
    }
  }
}

function undeclared(name: string): RegistrySpec {
  return { name, mirrors: [], plainHttp: false, insecure: false, caCertificate: '' };
}

/** A secret that is moved to another registry's row cannot be opened there. */
function contextOf(name: string): string {
  return `registry login ${name}`;
}

function problemOf(name: string, { username, secret }: RegistryLogin): string | undefined {
  if (!isRegistryName(name)) return `${JSON.stringify(name.slice(0, 80))} is not a registry`;
  if (username === '' || /[:\0\n]/.test(username) || username.length > 255) {
    return 'the user is missing or not valid';
  }
  if (secret === '') return 'the password is empty';
  if (Buffer.byteLength(secret) > SECRET_MOST_BYTES) return 'the password is too long';
  return undefined;
}
