import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/** Modules of Node that take time to load, and that most runs need late or never. */
const LATE_MODULES = [
  'child_process',
  'crypto',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'zlib',
];

/** Loads each of `LATE_MODULES` when one of its members is first used, not when it is imported. */
export const lateModules: Plugin = {
  name: 'late-modules',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:node:)?(?:${LATE_MODULES.join('|')})$`);
    onResolve({ filter }, ({ path, namespace }) => {
      if (namespace === 'late') return { path, external: true };
      return { path: path.replace('node:', ''), namespace: 'late' };
    });
    onLoad({ filter, namespace: 'late' }, ({ path }) => {
      const members = Object.entries(require(`node:${path}`)).map(([name, value]) =>
        // A function may be handed around before it is called.
        typeof value === 'function' && /^[a-z]/.test(name)
          ? `${name}(...args) { return require('node:${path}').${name}(...args); }`
          : `get ${name}() { return require('node:${path}').${name}; }`,
      );
      return { contents: `module.exports = {${members.join(',')}};`, loader: 'js' };
    });
  },
};
