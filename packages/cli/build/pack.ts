import { transform } from 'esbuild';
import type { LazyModule } from './lazy-module.ts';

/** The helpers of all modules of a pack. */
const PRELUDE = `
const lazy = (loads) => {
  const to = {};
  for (const name in loads) {
    Object.defineProperty(to, name, { configurable: true, get() {
      const value = loads[name]();
      Object.defineProperty(to, name, { value });
      return value;
    } });
  }
  return to;
};
const passOn = (module, load, names) => {
  for (const name of names) Object.defineProperty(module.exports, name, { enumerable: true, get: () => load()[name] });
};
`;

/** All modules of the bundle in the order of their numbers. */
export class Packer {
  readonly #modules: readonly LazyModule[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(modules: readonly LazyModule[]) {
    this.#modules = modules;
    this.#numbers = new Map(modules.map(({ name }, at) => [name, at]));
  }

  /** The code of the modules from `first` to before `end`. Each calls `note` with its number when it runs. */
  async pack(first: number, end: number, note = ''): Promise<string> {
    const chosen = this.#modules.slice(first, end);
    const defines = chosen.map(
      (module, at) =>
        `(exports, require, module) => {${note && `${note}(${first + at});`}${this.#body(module)}}`,
    );
    const value = `{ first: ${first}, defines: [${defines.join(',\n')}] }`;
    // As an argument: the minifier would drop a value that nothing uses.
    const { code } = await transform(`_((() => {${PRELUDE} return ${value}; })())`, {
      minify: true,
      platform: 'node',
      target: 'node24',
      charset: 'ascii',
      legalComments: 'none',
    });
    return ascii(code.trim().replace(/^_\(/, '('));
  }

  #body({ code, exports, passesOn }: LazyModule): string {
    const known = new Set(exports);
    const passed = passesOn.map((path) => {
      const names = this.#namesOf(path).filter((name) => name !== 'default' && !known.has(name));
      for (const name of names) known.add(name);
      return `passOn(module, () => require(${JSON.stringify(path)}), ${JSON.stringify(names)});`;
    });
    return `${code}\n${passed.join('\n')}`.replace(
      /\brequire\("([^"]+)"\)/g,
      (whole, name: string) => {
        const number = this.#numbers.get(name);
        return number === undefined ? whole : `require(${number})`;
      },
    );
  }

  #namesOf(path: string): readonly string[] {
    const module = this.#modules[this.#numbers.get(path) ?? -1];
    if (module === undefined) return [];
    return [...module.exports, ...module.passesOn.flatMap((one) => this.#namesOf(one))];
  }
}

/** Escapes characters that the minifier leaves in tagged templates, for the loader reads bytes as characters. */
function ascii(code: string): string {
  return code.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII stays
    /[^\x00-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
