/** Adds to the Node of a laptop, 20 or newer, what this program uses of a newer one. Imported first. */
const MISSING: readonly [object, string, unknown][] = [
  [
    Promise,
    'withResolvers',
    () => {
      const parts: Partial<PromiseWithResolvers<unknown>> = {};
      parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
      return parts;
    },
  ],
  [
    Array,
    'fromAsync',
    async (items: AsyncIterable<unknown>) => {
      const all: unknown[] = [];
      for await (const item of items) all.push(item);
      return all;
    },
  ],
];

for (const [owner, name, value] of MISSING) {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, configurable: true });
}

export {};
