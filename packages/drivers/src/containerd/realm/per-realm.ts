import type { RealmNamespace, RealmNamespaces } from '@capsule/core';
import { realmError } from './errors.ts';

/** One value for each realm, made at the first use and forgotten with the realm. */
export class PerRealm<T> {
  readonly #realms: RealmNamespaces;
  readonly #open: (realm: RealmNamespace) => T;
  /** By namespace; a realm that is made again may have another one. */
  readonly #opened = new Map<string, { readonly realm: string; readonly value: T }>();

  constructor(realms: RealmNamespaces, open: (realm: RealmNamespace) => T) {
    this.#realms = realms;
    this.#open = open;
  }

  /** Fails with `REALM_UNKNOWN`. */
  of(realm: string): T {
    const namespace = this.#realms.namespaceOf(realm);
    if (namespace === undefined) throw realmError.UNKNOWN({ realm });
    return this.#get({ name: realm, namespace });
  }

  all(): readonly T[] {
    const realms = this.#realms.realms();
    this.#forgetBut(realms);
    return realms.map((realm) => this.#get(realm));
  }

  /** Undefined for a namespace that is no realm's. */
  in(namespace: string): T | undefined {
    const known = this.#opened.get(namespace);
    if (known !== undefined && this.#realms.namespaceOf(known.realm) === namespace) {
      return known.value;
    }
    const realm = this.#realms.realms().find((each) => each.namespace === namespace);
    return realm && this.#get(realm);
  }

  #get({ name, namespace }: RealmNamespace): T {
    const known = this.#opened.get(namespace);
    if (known?.realm === name) return known.value;
    const value = this.#open({ name, namespace });
    this.#opened.set(namespace, { realm: name, value });
    return value;
  }

  #forgetBut(realms: readonly RealmNamespace[]): void {
    const wanted = new Set(realms.map(({ namespace }) => namespace));
    for (const namespace of this.#opened.keys()) {
      if (!wanted.has(namespace)) this.#opened.delete(namespace);
    }
  }
}
