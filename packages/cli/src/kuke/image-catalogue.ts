import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { REALM_FLAG } from '../shared/image/realm-flag.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

const IMAGE: Argument = {
  name: 'image',
  summary: 'image reference; without a registry, it means docker.io',
  completes: 'image',
};

/** The commands for the images of realms. */
export const IMAGE_COMMANDS: readonly Command[] = [
  {
    path: ['image', 'get'],
    aliases: [
      ['image', 'list'],
      ['image', 'ls'],
    ],
    summary: 'show images of a realm: all of them, or one with all details',
    args: [{ ...IMAGE, isOptional: true }],
    flags: [REALM_FLAG, WATCH_FLAG, ...LIST_FLAGS],
    actions: ['image.list'],
    examples: [
      { line: 'kuke image get', about: 'all images' },
      { line: 'kuke image get nginx:alpine', about: 'the image, and the containers that use it' },
    ],
    load: async () => ({
      run: async (input, context) => {
        const { run } =
          input.args.length === 0
            ? await import('../shared/image/list.ts')
            : await import('../shared/image/get.ts');
        return run(input, context);
      },
    }),
  },
  {
    path: ['image', 'load'],
    aliases: [['image', 'push']],
    summary: 'load an image archive into the image cache',
    about:
      'FILE is an archive that `docker save` wrote, or a tar archive of an OCI layout. If the image has no name ' +
      'in the archive, give --name.',
    args: [{ name: 'file', summary: 'the archive, or - for standard input', completes: 'file' }],
    flags: [
      REALM_FLAG,
      { flags: '--name <name>', summary: 'name the image of the archive: NAME or NAME:TAG' },
      OUTPUT_FLAG,
    ],
    actions: ['image.push'],
    examples: [
      { line: 'kuke image load app.tar', about: 'a file' },
      { line: 'docker save app:dev | kuke image load -', about: 'without a file' },
    ],
    load: () => import('../shared/image/push.ts'),
  },
  {
    path: ['image', 'rm'],
    aliases: [['image', 'delete']],
    summary: 'remove images that nothing needs',
    args: [{ ...IMAGE, isRepeatable: true }],
    flags: [REALM_FLAG, YES_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'kuke image rm app:dev', about: 'refused while a container needs it' }],
    load: () => import('../shared/image/rm.ts'),
  },
  {
    path: ['image', 'prune'],
    summary: 'remove all images that nothing needs',
    about: 'Keeps images that arrived within the last ten minutes, unless you give --all.',
    args: [],
    flags: [
      REALM_FLAG,
      { flags: '--all', summary: 'also remove images of the last ten minutes' },
      { flags: '--dry-run', summary: 'show the images to remove, but do not remove them' },
      YES_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'kuke image prune', about: 'prints the freed space' }],
    load: () => import('../shared/image/prune.ts'),
  },
];
