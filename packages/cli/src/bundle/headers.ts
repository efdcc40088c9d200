type HeadersLike =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string>>
  | undefined;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Stands for the global `Headers` in the bundle: Node's own comes with its whole HTTP client
 * (undici), which takes longer to load than a workload list needs. Does what gRPC needs of it.
 */
export class Headers implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>();

  constructor(init?: HeadersLike) {
    if (init === undefined) return;
    const entries = Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of entries as Iterable<readonly [string, string]>) {
      this.append(name, value);
    }
  }

  append(name: string, value: string): void {
    const before = this.#values.get(keyOf(name));
    const text = String(value).trim();
    this.#values.set(keyOf(name), before === undefined ? text : `${before}, ${text}`);
  }

  set(name: string, value: string): void {
    this.#values.set(keyOf(name), String(value).trim());
  }

  get(name: string): string | null {
    return this.#values.get(keyOf(name)) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(keyOf(name));
  }

  delete(name: string): void {
    this.#values.delete(keyOf(name));
  }

  /** By name, as the standard has it. */
  *entries(): Generator<[string, string]> {
    for (const name of [...this.#values.keys()].sort()) yield [name, this.#values.get(name) ?? ''];
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(visit: (value: string, name: string, headers: this) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }
}

function keyOf(name: string): string {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a name of a header`);
  return name.toLowerCase();
}
