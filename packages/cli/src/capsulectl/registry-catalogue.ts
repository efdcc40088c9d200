import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { PASSWORD_FLAG } from '../shared/registry/read-secret.ts';
import { LIST_FLAGS } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

const REGISTRY: Argument = {
  name: 'registry',
  summary: 'host, with its port: ghcr.io',
  completes: 'registry',
};

/** What can be done with registries. */
export const REGISTRY_COMMANDS: readonly Command[] = [
  {
    path: ['registry', 'login'],
    summary: 'give the capsule a user and password for a registry',
    about:
      'The registry is asked before anything is kept. The password is typed where nobody sees it, or ' +
      'read from the input; the capsule keeps it encrypted and shows it to that registry alone.',
    args: [REGISTRY],
    flags: [
      { flags: '-u, --user <name>', summary: 'who logs in' },
      PASSWORD_FLAG,
      { flags: '--no-check', summary: 'do not ask the registry' },
    ],
    examples: [
      { line: 'capsulectl registry login ghcr.io -u ann', about: 'asks for the password' },
      {
        line: 'capsulectl registry login ghcr.io -u ann --password-stdin < token',
        about: 'for a script',
      },
    ],
    load: () => import('../shared/registry/login.ts'),
  },
  {
    path: ['registry', 'logout'],
    summary: 'make the capsule forget user and password',
    args: [REGISTRY],
    flags: [],
    examples: [{ line: 'capsulectl registry logout ghcr.io', about: 'pulls are anonymous then' }],
    load: () => import('../shared/registry/logout.ts'),
  },
  {
    path: ['registry', 'list'],
    aliases: [['registry', 'ls']],
    summary: 'show registries that are declared or logged in to',
    args: [],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [
      { line: 'capsulectl registry list', about: 'users, mirrors and trust; no passwords' },
    ],
    load: () => import('../shared/registry/list.ts'),
  },
  {
    path: ['registry', 'delete'],
    aliases: [['registry', 'rm']],
    summary: 'forget what manifests declared of registries',
    about: 'A login stays; `registry logout` ends it.',
    args: [{ ...REGISTRY, isRepeatable: true }],
    flags: [],
    examples: [{ line: 'capsulectl registry delete registry.home:5000', about: 'as it was' }],
    load: () => import('../shared/registry/delete.ts'),
  },
];
