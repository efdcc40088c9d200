import type { Command } from '../program/command.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { LIST_FLAGS } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

/** `capsulectl update …`, also typed as `capsulectl capsule update …`. */
export const UPDATE_COMMANDS: readonly Command[] = [
  {
    path: ['update', 'push'],
    aliases: [['capsule', 'update', 'push']],
    summary: 'install a version of the system, and reboot into it',
    about:
      'The capsule judges the bundle before it writes the first byte, writes it into the slot that does not run, ' +
      'and reboots. The new version is on trial: without a confirmation, or if it does not start, the capsule goes ' +
      'back to the present version by itself.',
    args: [
      { name: 'bundle', summary: 'file of the bundle, or - for standard input', completes: 'file' },
    ],
    flags: [
      {
        flags: '--auto-confirm <seconds>',
        summary: 'the new version confirms itself after this time of health: 60, 2m',
      },
      {
        flags: '--allow-downgrade',
        summary: 'also accept a version that is older than the running one',
      },
    ],
    examples: [
      {
        line: 'capsulectl update push capsule-0.2.0.bundle --auto-confirm 60',
        about: 'permanent after a minute of health',
      },
    ],
    load: () => import('../shared/update/push.ts'),
  },
  {
    path: ['update', 'confirm'],
    aliases: [['capsule', 'update', 'confirm']],
    summary: 'make the version on trial permanent',
    args: [],
    flags: [],
    examples: [{ line: 'capsulectl update confirm', about: 'ends the trial' }],
    load: () => import('../shared/update/confirm.ts'),
  },
  {
    path: ['update', 'rollback'],
    aliases: [['capsule', 'update', 'rollback']],
    summary: 'reboot into the version in the other slot',
    args: [],
    flags: [YES_FLAG],
    examples: [{ line: 'capsulectl update rollback --yes', about: 'does not ask first' }],
    load: () => import('../shared/update/rollback.ts'),
  },
  {
    path: ['update', 'history'],
    aliases: [['capsule', 'update', 'history']],
    summary: 'show the updates of the capsule, and how each ended',
    args: [],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl update history -o yaml', about: 'with full reasons' }],
    load: () => import('../shared/update/history.ts'),
  },
];
