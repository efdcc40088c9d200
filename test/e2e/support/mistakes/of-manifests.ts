import { type Answer, APPLY, type Mistake, VM, WEB } from './mistake.ts';

const WHOLE = /why: the capsule checks the whole manifest before it applies any part of it/;

export const OF_MANIFESTS: readonly Mistake[] = [
  manifest(11, `${WEB}  comand: [x]\n`, { what: /<stdin>:5:3: .*`comand`/, fix: /mean `command`/ }),
  manifest(12, `${WEB}  ports: [{containerPort: 80, hostPort: 99999}]\n`, {
    what: /99999 is not a port/,
    fix: /1 to 65535/,
  }),
  manifest(18, WEB.replace('web', 'My_Web'), {
    what: /"My_Web" is not a valid name/,
    fix: /a-z, 0-9/,
  }),
  manifest(19, `${WEB}   command: [sh]\n`, {
    what: /line 5 is indented too far: ` command: \[sh\]`/,
    fix: /must begin in the same column/,
  }),
  manifest(19, WEB.replace('  image', 'image'), {
    what: /`image` does not belong here/,
    fix: /write it as `container\.image`/,
  }),
  manifest(19, `${WEB} command: [sh]\n`, {
    what: /the indentation is wrong at the line ` command: \[sh\]`/,
    fix: /must begin in the same column/,
  }),
  manifest(19, `${WEB}  ports:\n    - containerPort: 80\n     hostPort: 81\n`, {
    what: /the line ` hostPort: 81` is in no item of the list/,
    fix: /the column of the other keys of its item/,
  }),
  manifest(20, WEB.replace('  image', '\timage'), { what: /a tab indents/, fix: /use spaces/ }),
  manifest(21, 'apiVersion: v1\nkind: Pod\nspec: {}\n', {
    what: /this is a Kubernetes Pod, which a capsule cannot read/,
    fix: /write one document for each container/,
  }),
  manifest(21, 'apiVersion: apps/v1\nkind: Deployment\nspec: {}\n', {
    what: /this is a Kubernetes Deployment, which a capsule cannot read/,
    fix: /write one document for each container/,
  }),
  manifest(22, 'services:\n  web:\n    image: nginx\n', {
    what: /this is a Compose file, which a capsule cannot read/,
    fix: /write one document for each service/,
  }),
  manifest(23, 'FROM debian:12\nRUN apt-get update\nCMD ["sh"]\n', {
    what: /this is a Dockerfile, not a manifest/,
    fix: /build an image .* push the image to the capsule/,
  }),
  manifest(36, WEB.replace('Container', 'container'), {
    what: /"container" is not a kind/,
    fix: /did you mean Container/,
  }),
  manifest(36, WEB.replace('kind: Container\n', ''), {
    what: /kind: is missing/,
    fix: /kind: Container/,
  }),
  manifest(36, `${WEB}---\n${WEB}`, { what: /web is declared twice/, fix: /first in <stdin>:1/ }),
  manifest(37, `${WEB}  ports: ["8100:80"]\n`, {
    what: /a port must be a map/,
    fix: /write it as \{hostPort: 8100, containerPort: 80\}/,
  }),
  manifest(37, `${WEB}  env: ["TZ=UTC"]\n`, {
    what: /a variable must be a map/,
    fix: /write it as \{name: TZ, value: "UTC"\}/,
  }),
  manifest(38, `${WEB}  env: {A: true, B: 80}\n  command: sh -c ls\n`, {
    what: /must be a string, not true[\s\S]*|3 problems/,
    fix: /put it in quotes: "true"/,
  }),
  manifest(39, `${WEB}  resources: {memory: 256MB, cpu: two}\n`, {
    what: /"256MB" is not a size/,
    fix: /a whole number with K, M, G or T: 256M/,
  }),
  manifest(42, `${WEB}  healthCheck: {tcp: {port: 1}, http: {port: 2}}\n`, {
    what: /has the probes http and tcp/,
    fix: /exactly one of/,
  }),
  manifest(42, `${WEB}  volumes: ["data:/data"]\n`, {
    what: /unknown key `volumes`/,
    fix: /did you mean `mounts`/,
  }),
  manifest(44, `${VM}microVm: {image: x, networkMode: NETWORK_MODE_HOST}\n`, {
    what: /networkMode: a microVM has its own kernel and network/,
    fix: /remove networkMode/,
  }),
  manifest(44, `${VM}container: {image: x}\n`, {
    what: /MicroVM needs `microVm:`/,
    fix: /rename `container:` to `microVm:`/,
  }),
  manifest(45, '\u0000\u0001', { what: /manifest refused/, fix: /fix: / }),
  manifest(45, `${WEB}${'#'.repeat(35_000_000)}`, {
    what: /the file is larger than 4 MiB/,
    fix: /check that it is a manifest/,
  }),
  manifest(45, '', { what: /the file contains no manifest/, fix: /fix: / }),
];

/** A manifest that nothing is applied of. */
function manifest(number: number, input: string, { what, why = WHOLE, fix }: Answer): Mistake {
  return { number, args: APPLY, input, exitCode: 2, what, why, fix };
}
