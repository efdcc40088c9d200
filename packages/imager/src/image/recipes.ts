import type { ImageRecipe } from './recipe.ts';

/**
 * Stand-ins for well-known images, made from Debian packages, under the names that the examples
 * use. They behave as their namesakes do where a test or an example looks: paths, users, entry
 * points, stop signals.
 */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SUITE = 'trixie';

const accounts = (extra: readonly string[]) => {
  const lines = ['root:0:/root:/bin/sh', ...extra, 'nobody:65534:/nonexistent:/bin/false'];
  const rows = lines.map((line) => line.split(':'));
  return {
    '/etc/passwd': {
      content: rows.map(([n, id, home, sh]) => `${n}:x:${id}:${id}:${n}:${home}:${sh}\n`).join(''),
    },
    '/etc/group': { content: rows.map(([n, id]) => `${n}:x:${id}:\n`).join('') },
  };
};

const scratchDirectories = {
  '/root': { uid: 0, mode: 0o700 },
  '/tmp': { uid: 0, mode: 0o1777 },
  '/run': { uid: 0, mode: 0o755 },
  '/var/log': { uid: 0, mode: 0o755 },
};

/** Never read at run time by a C program in the C locale. */
const PRUNED = [
  '/boot/',
  '/home/',
  '/media/',
  '/mnt/',
  '/srv/',
  '/etc/apt/',
  '/etc/dpkg/',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/usr/include/',
  '/usr/lib/x86_64-linux-gnu/gconv/',
  '/usr/lib/aarch64-linux-gnu/gconv/',
  '/usr/lib/systemd/',
  '/usr/lib/init/',
  '/usr/share/bash-completion/',
  '/usr/share/common-licenses/',
  '/usr/share/doc/',
  '/usr/share/info/',
  '/usr/share/lintian/',
  '/usr/share/locale/',
  '/usr/share/man/',
  '/usr/share/perl5/',
  '/var/cache/',
  '/var/lib/apt/',
  '/var/lib/dpkg/',
];

const busybox = {
  suite: SUITE,
  packages: ['base-files', 'busybox-static'],
  pruned: [...PRUNED, '/usr/share/'],
  directories: scratchDirectories,
  busyboxLinks: true,
} satisfies Partial<ImageRecipe>;

export const alpineRecipe: ImageRecipe = {
  ...busybox,
  names: ['docker.io/library/alpine:3.20', 'docker.io/library/alpine:latest'],
  files: {
    ...accounts([]),
    '/etc/os-release': {
      content: 'NAME="busybox of Debian, in place of Alpine"\nID=alpine\nVERSION_ID=3.20.0\n',
    },
  },
  config: { Env: [PATH], Cmd: ['/bin/sh'] },
};

export const busyboxRecipe: ImageRecipe = {
  ...busybox,
  names: ['docker.io/library/busybox:latest'],
  files: { ...accounts(['www-data:33:/var/www:/bin/false']) },
  config: { Env: [PATH], Cmd: ['sh'] },
};

export const nginxRecipe: ImageRecipe = {
  names: ['docker.io/library/nginx:1.27-alpine', 'docker.io/library/nginx:alpine'],
  suite: SUITE,
  packages: ['base-files', 'busybox-static', 'nginx'],
  // nginx depends on iproute2 for a maintainer script only.
  pruned: [...PRUNED, '/etc/nginx/', '/etc/iproute2/', '/usr/share/iproute2/', '/var/www/'].concat(
    ['ip', 'tc', 'ss', 'bridge', 'devlink', 'rdma', 'tipc', 'dcb', 'vdpa', 'genl', 'rtmon'].flatMap(
      (name) => [`/usr/bin/${name}`, `/usr/sbin/${name}`],
    ),
  ),
  busyboxLinks: true,
  files: {
    ...accounts(['www-data:33:/var/www:/bin/false']),
    '/docker-entrypoint.sh': { content: '#!/bin/sh\nexec "$@"\n', mode: 0o755 },
    '/etc/nginx/nginx.conf': {
      content: [
        'user www-data;',
        'worker_processes 1;',
        'pid /run/nginx.pid;',
        'error_log /dev/stderr notice;',
        'events { worker_connections 256; }',
        'http {',
        '  types { text/html html; text/plain txt; }',
        '  access_log /dev/stdout;',
        // Where the official image has them: who makes the root read-only names these places.
        ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
          (kind) => `  ${kind}_temp_path /var/cache/nginx/${kind}_temp;`,
        ),
        '  server {',
        '    listen 80;',
        '    root /usr/share/nginx/html;',
        '  }',
        '}',
        '',
      ].join('\n'),
    },
    '/usr/share/nginx/html/index.html': {
      content: [
        '<!doctype html>',
        '<title>Welcome to nginx!</title>',
        '<h1>Welcome to nginx!</h1>',
        '<p>Served by Debian’s nginx from a container in a capsule.</p>',
        '',
      ].join('\n'),
    },
  },
  directories: {
    ...scratchDirectories,
    '/var/lib/nginx': { uid: 33, mode: 0o755 },
    '/var/cache/nginx': { uid: 33, mode: 0o755 },
  },
  links: { '/var/log/nginx/access.log': '/dev/stdout', '/var/log/nginx/error.log': '/dev/stderr' },
  config: {
    Env: [PATH, 'NGINX_VERSION=1.27'],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGQUIT',
  },
};

/** Runs as a user of its own, in a directory of its own. */
export const redisRecipe: ImageRecipe = {
  names: ['docker.io/library/redis:7', 'docker.io/library/redis:latest'],
  suite: SUITE,
  packages: ['base-files', 'busybox-static', 'redis-server'],
  pruned: [...PRUNED, '/etc/redis/', '/etc/init.d/', '/etc/logrotate.d/', '/var/lib/redis/'],
  busyboxLinks: true,
  files: { ...accounts(['redis:999:/data:/bin/false']) },
  directories: { ...scratchDirectories, '/data': { uid: 999, mode: 0o755 } },
  config: {
    Env: [PATH, 'REDIS_DATA=/data'],
    User: 'redis',
    WorkingDir: '/data',
    Cmd: ['redis-server', '--protected-mode', 'no', '--save', ''],
    ExposedPorts: { '6379/tcp': {} },
    Volumes: { '/data': {} },
  },
};

/** Everything that the lab's registry offers. */
export const standInRecipes = [alpineRecipe, busyboxRecipe, nginxRecipe, redisRecipe] as const;

/** What `npm start` runs where no registry is reachable: the same server under a name of our own. */
export const demoRecipe: ImageRecipe = { ...nginxRecipe, names: ['localhost/capsule/hello:1'] };
