import type { RegistryLogin, RegistrySpec } from '../resource/registry/registry.ts';

/** The registry settings of the image store. Errors are `REGISTRY_*`. */
export interface RegistryHosts {
  /**
   * Makes the image store use exactly these declarations from the next pull on. Files that an operator put there stay,
   * and take precedence. A failure does not stop the others: returns the failures by the name of the registry.
   * Idempotent.
   */
  declare(registries: readonly RegistrySpec[]): Promise<ReadonlyMap<string, unknown>>;
  /** Whether an operator has configured this registry by hand. */
  isHandMade(name: string): Promise<boolean>;
  /**
   * Asks the registry itself whether it takes a login. Fails with `REGISTRY_LOGIN_REFUSED`,
   * `REGISTRY_UNREACHABLE`.
   */
  check(registry: RegistrySpec, login: RegistryLogin, signal: AbortSignal): Promise<void>;
}
