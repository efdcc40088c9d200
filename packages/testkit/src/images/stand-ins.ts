import { debianRecipe } from '@capsule/imager';
import { nginxRecipe } from '@capsule/launcher';

/**
 * Stand-ins for well-known images, made from Debian packages, under the names that the examples
 * use. They behave as their namesakes do where a test or an example looks: paths, users, entry
 * points, stop signals.
 */
export const alpineRecipe = debianRecipe({
  names: ['docker.io/library/alpine:3.20', 'docker.io/library/alpine:latest'],
  pruned: ['/usr/share/'],
  files: {
    '/etc/os-release': {
      content: 'NAME="busybox of Debian, in place of Alpine"\nID=alpine\nVERSION_ID=3.20.0\n',
    },
  },
  config: { Cmd: ['/bin/sh'] },
});

export const busyboxRecipe = debianRecipe({
  names: ['docker.io/library/busybox:latest'],
  pruned: ['/usr/share/'],
  accounts: ['www-data:33:/var/www:/bin/false'],
  config: { Cmd: ['sh'] },
});

/** Runs as a user of its own, in a directory of its own. */
export const redisRecipe = debianRecipe({
  names: ['docker.io/library/redis:7', 'docker.io/library/redis:latest'],
  packages: ['redis-server'],
  pruned: ['/etc/redis/', '/etc/init.d/', '/etc/logrotate.d/', '/var/lib/redis/'],
  accounts: ['redis:999:/data:/bin/false'],
  directories: { '/data': { uid: 999, mode: 0o755 } },
  env: ['REDIS_DATA=/data'],
  config: {
    User: 'redis',
    WorkingDir: '/data',
    Cmd: ['redis-server', '--protected-mode', 'no', '--save', ''],
    ExposedPorts: { '6379/tcp': {} },
    Volumes: { '/data': {} },
  },
});

/** Everything that the lab's registry offers. */
export const standInRecipes = [alpineRecipe, busyboxRecipe, nginxRecipe, redisRecipe] as const;
