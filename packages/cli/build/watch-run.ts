import { appendFileSync, writeFileSync } from 'node:fs';
import vm from 'node:vm';

/**
 * `node --import watch-run.ts cli.cjs …`, for the build: when the program ends, keeps the code that V8 has compiled
 * beside each pack, and appends the numbers of the modules that ran to the file that `CAPSULE_BUILD_RAN` names.
 */
const scripts: { readonly filename: string; readonly script: vm.Script }[] = [];
const ran: number[] = [];

class WatchedScript extends vm.Script {
  constructor(code: string, options: vm.ScriptOptions) {
    super(code, options);
    scripts.push({ filename: options.filename ?? '', script: this });
  }
}
vm.Script = WatchedScript;
Object.assign(globalThis, { noteRun: (number: number) => void ran.push(number) });

process.on('exit', () => {
  const file = process.env['CAPSULE_BUILD_RAN'];
  if (file !== undefined) return appendFileSync(file, `${ran.join('\n')}\n`);
  for (const { filename, script } of scripts) {
    writeFileSync(`${filename}.cache`, script.createCachedData());
  }
});
