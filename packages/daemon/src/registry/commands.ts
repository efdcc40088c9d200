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

/** A registry, its declaration and the user of its login. */
export interface KnownRegistry {
  readonly spec: RegistrySpec;
  readonly declared: boolean;
  readonly username: string;
}

const SECRET_MOST_BYTES = 16 * 1024;
/** Hosts that pulls from Docker Hub contact; its login has this one name. */
const DOCKER_HUB_HOSTS = ['registry-1.docker.io', 'index.docker.io', 'auth.docker.io'];

/** Stores declared registries and logins, and configures the image store with them. */
export class RegistryCommands {
  readonly #parts: RegistryCommandsParts;
  /** Serializes the publishing: each publish writes all registries. */
  #publishing: Promise<unknown> = Promise.resolve();

  constructor(parts: RegistryCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Configures the image store with the stored registries, also after a crash between the two.
   * Fails if that is impossible for the registry `of`; the failure of another one is logged and
   * affects that one alone.
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

  /**
   * Applies a registry. Fails with `MANIFEST_SPEC_INVALID` or `REGISTRY_HAND_MADE` before any
   * change. Idempotent.
   */
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

  /** Returns whether it existed. Idempotent. */
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
   * Stores a login after the registry accepted it. Fails with `REGISTRY_LOGIN_INVALID`,
   * `REGISTRY_LOGIN_REFUSED`, `REGISTRY_UNREACHABLE`, `SECRET_KEY_UNUSABLE`; an earlier login stays
   * then.
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

  /** Returns whether there was a login. Idempotent. */
  logout(name: string): boolean {
    return this.#parts.records.forgetLogin(name);
  }

  /**
   * Returns the login that a pull presents to a host. Logs a login that cannot be decrypted, and
   * returns none.
   */
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

/** Binds a secret to its registry: moved to another row, it cannot be opened. */
function contextOf(name: string): string {
  return `registry login ${name}`;
}

function problemOf(name: string, { username, secret }: RegistryLogin): string | undefined {
  if (!isRegistryName(name))
    return `${JSON.stringify(name.slice(0, 80))} is not the host of a registry`;
  if (username === '' || /[:\0\n]/.test(username) || username.length > 255) {
    return 'the user is missing or not valid';
  }
  if (secret === '') return 'the password is empty';
  if (Buffer.byteLength(secret) > SECRET_MOST_BYTES) return 'the password is too long';
  return undefined;
}
