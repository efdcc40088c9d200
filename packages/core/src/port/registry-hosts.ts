import type { RegistryLogin, RegistrySpec } from '../resource/registry/registry.ts';

/** What the image store heeds of registries, and how they are asked. Errors are `REGISTRY_*`. */
export interface RegistryHosts {
  /**
   * Makes the image store heed exactly these declarations from the next pull on. What a person put there
   * by hand stays, and wins. One that fails keeps none of the others away: returns the failures by the name of the
   * registry. Idempotent.
   */
  declare(registries: readonly RegistrySpec[]): Promise<ReadonlyMap<string, unknown>>;
  /** Whether a person has put something there by hand for it. */
  isHandMade(name: string): Promise<boolean>;
  /**
   * Asks the registry itself whether it takes a login. Fails with `REGISTRY_LOGIN_REFUSED`,
   * `REGISTRY_UNREACHABLE`.
   */
  check(registry: RegistrySpec, login: RegistryLogin, signal: AbortSignal): Promise<void>;
}
