/** One thing that no line of ours may hold. */
export interface Rule {
  readonly name: string;
  /** What to do instead. */
  readonly instead: string;
  /** Matched line by line. */
  readonly pattern: RegExp;
  /** Where it holds; everywhere by default. */
  readonly where?: (path: string) => boolean;
  /** Not only in TypeScript. */
  readonly anyLanguage?: true;
  /** Also in comments. */
  readonly comments?: true;
}

const isTest = (path: string) => /\.(?:test|contract)\.ts$|\/testing\//.test(path);
const isShipped = (path: string) =>
  /^packages\/(?!testkit|imager|launcher)/.test(path) && !isTest(path);

/** The one file that has the words of the texts for clients without words of their own. */
const FIRST_PROGRAM = 'packages/core/src/error/first-program.ts';

/** What several programs share, or what no program of ours may have asked. */
const isOfNoProgram = (path: string) =>
  /^packages\/(core|api|engine|host|drivers|names|daemon)\/|^packages\/cli\/src\/(program|shared)\//.test(
    path,
  ) &&
  path !== FIRST_PROGRAM &&
  !isTest(path);

export const RULES: readonly Rule[] = [
  {
    name: 'name of a program',
    instead: 'name an action in a remedy: each program has its own words for it',
    pattern: /\b(?:capsulectl|kuke)\b/i,
    where: isOfNoProgram,
    comments: true,
  },
  {
    name: 'bare error',
    instead: 'add a row to an error table (defineErrors)',
    pattern: /\bnew Error\(/,
    where: (path) => /^(packages|tools)\//.test(path) && !isTest(path),
  },
  {
    name: 'console',
    instead: 'use the injected log, or return data to render',
    pattern: /\bconsole\.\w/,
    where: (path) => !/^(packages\/(cli\/src\/shared\/render|launcher)|tools)\//.test(path),
  },
  {
    name: 'module mock',
    instead: 'pass the collaborator as an argument',
    pattern: /\bmock\.module\(/,
  },
  {
    name: 'shell string',
    instead: 'run a program with an argv array (host/process/run)',
    pattern: /\bshell: true\b|import \{[^}]*\bexec(?:Sync)?\b[^}]*\} from 'node:child_process'/,
  },
  {
    name: 'log message that is not static',
    instead: 'write a constant text and put the facts into fields',
    pattern: /\blog\??\.(?:debug|info|warn|error)\((?!(?:'[^']*'|"[^"]*")[,)]|$)/,
  },
  {
    name: 'spread that only formats',
    instead: 'write the properties themselves',
    pattern: /\.\.\.\(?\{/,
  },
  {
    name: 'unfinished',
    instead: 'finish it, or open an issue',
    pattern: /\b(?:TODO|FIXME|XXX)\b/,
    comments: true,
    anyLanguage: true,
  },
  {
    name: 'suppression without a reason',
    instead: 'say why, after a colon',
    pattern: /@ts-(?:ignore|nocheck)|@ts-expect-error(?!:? \S)|biome-ignore [\w/]+(?!\S*: \S)/,
    comments: true,
  },
  {
    name: 'recursive remove',
    instead: 'remove what is known by name, or use host/file',
    pattern: /\brecursive: true\b.*\bforce: true\b|\brm(?:Sync)?\(.*\brecursive: true\b/,
    where: (path) => isShipped(path) && !path.startsWith('packages/host/src/file/'),
  },
  {
    name: 'process globals',
    instead: 'take clock, environment and signals as arguments (main.ts passes them)',
    pattern: /\bprocess\.(?:env|argv|exit|exitCode|on|once|cwd)\b/,
    where: (path) => isShipped(path) && !path.endsWith('/main.ts'),
  },
  {
    name: 'sleep in a test',
    instead: 'wait for an event, an exit or a state',
    pattern: /from 'node:timers\/promises'|\bsleep\(\d/,
    where: isTest,
  },
  {
    name: 'test that hides the others',
    instead: 'remove .only',
    pattern: /\b(?:test|it|describe)\.only\(|\bonly: true\b/,
    where: isTest,
  },
];
