import { debianRecipe, type ImageRecipe } from '@capsule/imager';

/** nginx does not need it: it depends on iproute2 for a maintainer script only. */
const IPROUTE = [
  ...['ip', 'tc', 'ss', 'bridge', 'devlink', 'rdma', 'tipc', 'dcb', 'vdpa', 'genl', 'rtmon'],
].flatMap((name) => [`/usr/bin/${name}`, `/usr/sbin/${name}`]);

const CONFIG = [
  'user www-data;',
  'worker_processes 1;',
  'pid /run/nginx.pid;',
  'error_log /dev/stderr notice;',
  'events { worker_connections 256; }',
  'http {',
  '  types { text/html html; text/plain txt; }',
  '  access_log /dev/stdout;',
  // Where the official image has them: a manifest with a read-only root mounts these folders.
  ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path /var/cache/nginx/${kind}_temp;`,
  ),
  '  server {',
  '    listen 80;',
  '    root /usr/share/nginx/html;',
  '  }',
  '}',
  '',
].join('\n');

const PAGE = [
  '<!doctype html>',
  '<title>Welcome to nginx!</title>',
  '<h1>Welcome to nginx!</h1>',
  '<p>Served by Debian’s nginx from a container in a capsule.</p>',
  '',
].join('\n');

/** Debian's nginx in place of docker.io's image: its paths, user, entry point and stop signal. */
export const nginxRecipe: ImageRecipe = debianRecipe({
  names: ['docker.io/library/nginx:1.27-alpine', 'docker.io/library/nginx:alpine'],
  packages: ['nginx'],
  pruned: ['/etc/nginx/', '/etc/iproute2/', '/usr/share/iproute2/', '/var/www/', ...IPROUTE],
  accounts: ['www-data:33:/var/www:/bin/false'],
  files: {
    '/docker-entrypoint.sh': { content: '#!/bin/sh\nexec "$@"\n', mode: 0o755 },
    '/etc/nginx/nginx.conf': { content: CONFIG },
    '/usr/share/nginx/html/index.html': { content: PAGE },
  },
  directories: {
    '/var/lib/nginx': { uid: 33, mode: 0o755 },
    '/var/cache/nginx': { uid: 33, mode: 0o755 },
  },
  links: { '/var/log/nginx/access.log': '/dev/stdout', '/var/log/nginx/error.log': '/dev/stderr' },
  env: ['NGINX_VERSION=1.27'],
  config: {
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGQUIT',
  },
});

/** `npm start` runs this image where no registry is reachable: the same server under a name of our own. */
export const demoRecipe: ImageRecipe = { ...nginxRecipe, names: ['localhost/capsule/hello:1'] };
