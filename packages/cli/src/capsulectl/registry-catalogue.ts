import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { PASSWORD_FLAG } from '../shared/registry/read-secret.ts';
import { LIST_FLAGS } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

const REGISTRY: Argument = {
  name: 'registry',
  summary: 'host of the registry, with its port if it has one: ghcr.io, registry.home:5000',
  completes: 'registry',
};

/** The commands for registries. */
export const REGISTRY_COMMANDS: readonly Command[] = [
  {
    path: ['registry', 'login'],
    summary: 'give the capsule a user and password for a registry',
    about:
      'The capsule checks the login with the registry before it stores the login. It encrypts the stored ' +
      'password, and sends it only to that registry. The prompt does not show the password.',
    args: [REGISTRY],
    flags: [
      { flags: '-u, --user <name>', summary: 'name of the user' },
      PASSWORD_FLAG,
      { flags: '--no-check', summary: 'do not check the login' },
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
    summary: 'remove the login of a registry from the capsule',
    about: 'On a terminal it lists the images that workloads pull with the login, and asks.',
    args: [REGISTRY],
    flags: [YES_FLAG],
    examples: [{ line: 'capsulectl registry logout ghcr.io', about: 'later pulls are anonymous' }],
    load: () => import('../shared/registry/logout.ts'),
  },
  {
    path: ['registry', 'list'],
    aliases: [['registry', 'ls']],
    summary: 'show declared registries and logins',
    args: [],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [
      { line: 'capsulectl registry list', about: 'users, mirrors and trust, but no passwords' },
    ],
    load: () => import('../shared/registry/list.ts'),
  },
  {
    path: ['registry', 'delete'],
    aliases: [['registry', 'rm']],
    summary: 'remove the declarations of registries',
    about:
      'The login stays; `registry logout` removes it. On a terminal it lists the losses and asks.',
    args: [{ ...REGISTRY, isRepeatable: true }],
    flags: [YES_FLAG],
    examples: [
      { line: 'capsulectl registry delete registry.home:5000', about: 'back to the defaults' },
    ],
    load: () => import('../shared/registry/delete.ts'),
  },
];
