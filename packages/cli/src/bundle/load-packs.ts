import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** A module of the bundle. It runs when a member of it is first used. */
export type Define = (exports: object, require: Require, module: Module) => void;
type Require = (name: number | string) => unknown;
interface Module {
  exports: object;
}

/** The value of a pack: modules by number, from `first` on. */
interface Pack {
  readonly first: number;
  readonly defines: readonly Define[];
}

/**
 * Runs module 0 of the bundle in `folder`, a path with a slash at its end. The modules stand in packs: those that the most
 * frequent commands run, those that others run often, and the rest. A pack is read when one of its modules is used. Beside
 * each lies the code that V8 has made of it; where V8 refuses it, because its version or its flags are others, it compiles
 * the source again.
 */
export function startPacks(folder: string, load: (name: string) => unknown): void {
  const packs: Pack[] = [];
  const modules: Module[] = [];
  const find = (number: number): Define | undefined => {
    for (let at = 0; ; at += 1) {
      const pack = packs[at] ?? readPack(folder, at);
      packs[at] = pack;
      const { first, defines } = pack;
      if (number < first + defines.length) return defines[number - first];
    }
  };
  const require: Require = (name) => {
    if (typeof name === 'string') return load(name);
    const known = modules[name];
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    modules[name] = module;
    find(name)?.(module.exports, require, module);
    return module.exports;
  };
  require(0);
}

function readPack(folder: string, at: number): Pack {
  const filename = `${folder}cli-${at}.js`;
  const cachedData = cacheOf(filename);
  // The source is ASCII: this is the quickest way to read it.
  const source = readFileSync(filename, 'latin1');
  const options = cachedData === undefined ? { filename } : { filename, cachedData };
  return new Script(source, options).runInThisContext() as Pack;
}

/** A bundle without it works as well. */
function cacheOf(filename: string): Buffer | undefined {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}
