import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from '@capsule/host';
import { bundleProgram } from './bundle-program.ts';

export interface CompiledRequest {
  /** A module that exports `start`, which runs the program. */
  readonly entry: string;
  /** The starter; the other files get its name with endings of their own. */
  readonly output: string;
  /** Node's flags of the program. V8 takes its code with the same flags only. */
  readonly flags: readonly string[];
}

const WRAPPER = ['(function (require, module, exports, __filename, __dirname) {', '})'] as const;

/**
 * Loads the program beside it. The source is ASCII, so it is read in the quickest way, and V8 stores a byte for each
 * character. V8 takes its code from the build where version and flags are the same, and compiles the source otherwise;
 * so does the first run, which makes that code.
 */
const LOADER = `const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const filename = __filename + '.program';
const cached = (() => {
  try {
    return { cachedData: readFileSync(filename + '.cache') };
  } catch {
    return {};
  }
})();
const script = new Script(readFileSync(filename, 'latin1'), { filename, ...cached });
const program = { exports: {} };
script.runInThisContext()(require, program, program.exports, filename, __dirname);
`;

/** Bundles a program that starts from the code which V8 has compiled when all of its modules were loaded. */
export async function bundleCompiled({ entry, output, flags }: CompiledRequest): Promise<void> {
  const program = `${output}.program`;
  await bundleProgram({ entry, output: program, around: WRAPPER });
  await writeFile(program, ascii(await readFile(program, 'utf8')));
  await writeFile(output, `${LOADER}program.exports.start();\n`);
  const keep = `${LOADER}require('node:fs').writeFileSync(filename + '.cache', script.createCachedData());`;
  const context = `const __filename = ${JSON.stringify(output)}; const __dirname = ${JSON.stringify(dirname(output))};`;
  await run(process.execPath, [...flags, '-e', `{ ${context} ${keep} }`]);
}

/** Escapes the characters that the bundler leaves in comments and templates. */
function ascii(code: string): string {
  return code.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII stays
    /[^\x00-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
