import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { ALL_FLAG, loadAcross } from '../shared/fleet/across-capsules.ts';
import { REALM_FLAG } from '../shared/image/realm-flag.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

const IMAGE: Argument = {
  name: 'image',
  summary: 'image reference; without a registry, it means docker.io',
  completes: 'image',
};

/** The commands for the image cache. */
export const IMAGE_COMMANDS: readonly Command[] = [
  {
    path: ['image', 'list'],
    aliases: [['image', 'ls']],
    summary: "show the images in the capsule's cache",
    args: [],
    flags: [ALL_FLAG, REALM_FLAG, WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl image list -o wide', about: 'full names and digests' }],
    load: loadAcross(() => import('../shared/image/list.ts')),
  },
  {
    path: ['image', 'get'],
    summary: 'show all details of an image',
    args: [IMAGE],
    flags: [REALM_FLAG, OUTPUT_FLAG],
    examples: [
      {
        line: 'capsulectl image get nginx:1.27-alpine',
        about: 'the image, and the workloads that use it',
      },
    ],
    load: () => import('../shared/image/get.ts'),
  },
  {
    path: ['image', 'pull'],
    summary: "fetch images into the capsule's cache",
    about: 'Also updates a cached tag to the image that the registry has now.',
    args: [{ ...IMAGE, isRepeatable: true }],
    flags: [REALM_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl image pull nginx:1.27-alpine', about: 'before a workload needs it' },
    ],
    load: () => import('../shared/image/pull.ts'),
  },
  {
    path: ['image', 'rm'],
    aliases: [['image', 'delete']],
    summary: 'remove images that no workload needs',
    args: [{ ...IMAGE, isRepeatable: true }],
    flags: [REALM_FLAG, YES_FLAG, OUTPUT_FLAG],
    examples: [
      {
        line: 'capsulectl image rm myapp:dev',
        about: 'the capsule refuses while a workload needs it',
      },
    ],
    load: () => import('../shared/image/rm.ts'),
  },
  {
    path: ['image', 'prune'],
    summary: 'remove all images that no workload needs',
    about: 'Keeps images that arrived within the last ten minutes, unless you give --all.',
    args: [],
    flags: [
      REALM_FLAG,
      { flags: '--all', summary: 'also remove images of the last ten minutes' },
      { flags: '--dry-run', summary: 'show the images to remove, but do not remove them' },
      YES_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'capsulectl image prune', about: 'prints the freed space' }],
    load: () => import('../shared/image/prune.ts'),
  },
  {
    path: ['image', 'save'],
    summary: 'write an image to an archive',
    about: '`docker load` and `capsulectl image push` read the archive.',
    args: [IMAGE],
    flags: [
      REALM_FLAG,
      {
        flags: '-o, --output <path>',
        summary: 'the file to write; - for standard output (default)',
        completes: 'file',
      },
    ],
    examples: [
      { line: 'capsulectl image save nginx:1.27-alpine -o nginx.tar', about: 'into a file' },
      { line: 'capsulectl image save myapp:dev | docker load', about: 'into Docker' },
    ],
    load: () => import('../shared/image/save.ts'),
  },
  {
    path: ['image', 'push'],
    summary: "load an image archive into the capsule's cache",
    about:
      'FILE is an archive that `docker save` wrote, or a tar archive of an OCI layout. If the image has no name in ' +
      'the archive, give --name. If the image has only a tag there, the image gets NAME and that tag.',
    args: [{ name: 'file', summary: 'the archive, or - for standard input', completes: 'file' }],
    flags: [
      REALM_FLAG,
      { flags: '--name <name>', summary: 'name the image of the archive: NAME or NAME:TAG' },
      OUTPUT_FLAG,
    ],
    examples: [
      { line: 'capsulectl image push app.tar', about: 'a file' },
      { line: 'docker save app:dev | capsulectl image push -', about: 'without a file' },
      { line: 'capsulectl image push --name app:dev build.tar', about: 'an image without a name' },
    ],
    load: () => import('../shared/image/push.ts'),
  },
];
