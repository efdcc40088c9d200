import { transform } from 'esbuild';
import type { SourceModule } from './module-graph.ts';

/** A module as the body of a function with `exports`, `require` and `module`, for a `Packer`. */
export interface LazyModule {
  readonly name: string;
  readonly code: string;
  /** The names that it exports itself. */
  readonly exports: readonly string[];
  /** The modules whose names it exports, too: `export * from`. */
  readonly passesOn: readonly string[];
}

/** The forms in which esbuild writes imports. */
const IMPORT = /^var (import_\w+) = (.*require\(.*\).*);$/gm;
const PASS_ON = /^__reExport\(\w+, require\("([^"]+)"\)(?:, module\.exports)?\);$/gm;
/** Of a source: a name for all members of another module. */
const NAMESPACE = /^export \* as (\w+) from ('[^']+');$/gm;
const EXPORTS = /^__export\(\w+, \{\n([\s\S]*?)\n\}\);$/m;
const EXPORT = /^ {2}"?([\w$]+)"?: \(\) =>/gm;

/** Makes a module that loads each of its imports when a member of it is first used. */
export async function lazyModule(source: SourceModule): Promise<LazyModule> {
  const { name, loader, isCommonJs } = source;
  // As an import, which is delayed.
  const plain = source.code.replace(
    NAMESPACE,
    'import * as import_$1 from $2;\nexport { import_$1 as $1 };',
  );
  const { code } = await transform(plain, {
    loader,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    supported: { 'dynamic-import': false },
  });
  const resolved = resolveImports(code, source);
  if (isCommonJs || loader === 'json') return { name, code: resolved, exports: [], passesOn: [] };
  const exported = EXPORTS.exec(resolved)?.[1] ?? '';
  return {
    name,
    code: delayImports(resolved.replace(PASS_ON, '')),
    exports: [...exported.matchAll(EXPORT)].map(([, one = '']) => one),
    passesOn: [...resolved.matchAll(PASS_ON)].map(([, path = '']) => path),
  };
}

/** Writes the path of a module in the place of each specifier; those of Node stay. */
function resolveImports(code: string, { imports }: SourceModule): string {
  return code.replace(/\brequire\("([^"]+)"\)/g, (whole, specifier: string) => {
    const path = imports.get(specifier);
    return path === undefined ? whole : `require(${JSON.stringify(path)})`;
  });
}

/** `var import_a = require("a")` becomes a member of an object that loads it, and so does each use of the variable. */
function delayImports(code: string): string {
  const loads = [...code.matchAll(IMPORT)].map(([, variable = '', load = '']) => ({
    variable,
    load,
  }));
  if (loads.length === 0) return code;
  const variables = loads.map(({ variable }) => variable).join('|');
  // Not a member of that name; but `...import_a.list` is a use.
  const uses = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)(${variables})(?![\\w$])`, 'g');
  const members = loads.map(({ variable, load }) => `${variable}: () => ${load}`);
  const rest = code.replace(IMPORT, '').replace(uses, 'imported.$1');
  return `const imported = lazy({ ${members.join(', ')} });\n${rest}`;
}
