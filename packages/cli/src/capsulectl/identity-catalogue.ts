import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { ROLES } from '../shared/identity/role.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { FOLLOW } from '../shared/stream/stream-flags.ts';

const KEY: Argument = {
  name: 'kid',
  summary: 'id of the key, as `key list` shows it',
  completes: 'key',
};

/** The commands for adoption, keys and the audit log. */
export const IDENTITY_COMMANDS: readonly Command[] = [
  {
    path: ['discover'],
    summary: 'show the capsules on the networks of this machine',
    about:
      'Asks by multicast DNS, and each capsule for its fingerprint. Compare the fingerprint with the console of the ' +
      'capsule before you trust it; `adopt` shows all of it.',
    args: [],
    flags: [
      { flags: '--timeout <duration>', summary: 'how long to wait for answers (default: 3s)' },
      { flags: '--unadopted', summary: 'show only capsules without an owner' },
      { flags: '--installers', summary: 'show only machines that wait for an installation' },
      { flags: '--json', summary: 'like -o json' },
      ...LIST_FLAGS,
    ],
    examples: [{ line: 'capsulectl discover --unadopted', about: 'to adopt one of them' }],
    load: () => import('../shared/identity/discover.ts'),
  },
  {
    path: ['adopt'],
    summary: 'enrol the key of this machine on a capsule, and save a context for it',
    about:
      'Shows the fingerprint of the capsule, asks whether it is the one on its console, and asks for the code, ' +
      'which the console also shows. Later commands send nothing to a machine with another fingerprint. The first adopted ' +
      'capsule becomes the current context. A key that another operator has enrolled needs no code.',
    args: [
      {
        name: 'address',
        summary: 'HOST, HOST:PORT or [IPV6]:PORT; the usual port is 50000',
        isOptional: true,
      },
    ],
    flags: [
      { flags: '--name <context>', summary: 'name of the context (default: the host)' },
      { flags: '--code <code>', summary: "the code on the capsule's console" },
      {
        flags: '--fingerprint <sha256>',
        summary: 'the expected fingerprint; adopt then does not ask about it',
      },
      { flags: '-y, --yes', summary: 'trust the fingerprint without asking' },
      { flags: '--replace', summary: 'replace a context of this name, of another capsule' },
      OUTPUT_FLAG,
    ],
    examples: [
      { line: 'capsulectl adopt box.lan', about: 'asks for the code' },
      {
        line: 'capsulectl adopt --capsule 192.0.2.7:50000 --name box --yes --code ABCD-EFGH',
        about: 'for a script',
      },
    ],
    load: () => import('../shared/identity/adopt.ts'),
  },
  {
    path: ['whoami'],
    summary: 'show the key of this operator, and its role on the capsule',
    args: [],
    flags: [OUTPUT_FLAG],
    examples: [{ line: 'capsulectl whoami', about: 'also checks the connection' }],
    load: () => import('../shared/identity/whoami.ts'),
  },
  {
    path: ['key', 'list'],
    aliases: [['key', 'ls']],
    summary: 'show the keys that may use the capsule',
    args: [],
    flags: [...LIST_FLAGS],
    examples: [{ line: 'capsulectl key list -o wide', about: 'also shows which key added which' }],
    load: () => import('../shared/identity/key-list.ts'),
  },
  {
    path: ['key', 'add'],
    summary: 'enrol the key of another machine or operator',
    about:
      'FILE is what `key show` prints on the other machine. `adopt` there then needs no code. Roles: viewer reads, ' +
      'operator also changes workloads, volumes and images, admin also changes keys and the capsule itself.',
    args: [
      {
        name: 'file',
        summary: 'the public key in PEM, or - for standard input',
        completes: 'file',
      },
    ],
    flags: [
      { flags: '--name <label>', summary: 'name of the key for people' },
      { flags: '--role <role>', summary: 'viewer, operator or admin (default)', choices: ROLES },
      {
        flags: '--host-access',
        summary: 'also allow privileged workloads and access to the host',
      },
      OUTPUT_FLAG,
    ],
    examples: [
      {
        line: 'capsulectl key add --name ann@desk --role operator ann.pem',
        about: 'a second operator',
      },
    ],
    load: () => import('../shared/identity/key-add.ts'),
  },
  {
    path: ['key', 'rm'],
    aliases: [['key', 'delete']],
    summary: 'remove keys, and end their open streams',
    about: 'Refuses to remove the last admin key. On a terminal, it shows the keys and asks first.',
    args: [{ ...KEY, isRepeatable: true }],
    flags: [YES_FLAG],
    examples: [
      {
        line: 'capsulectl key rm "$(capsulectl key show -o name)"',
        about: 'the key of this machine',
      },
    ],
    load: () => import('../shared/identity/key-rm.ts'),
  },
  {
    path: ['key', 'show'],
    summary: 'print the public key of this machine',
    about: 'Creates the key if it does not exist. Needs no capsule.',
    args: [],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl key show > laptop.pem', about: 'for `key add` on another machine' },
    ],
    load: () => import('../shared/identity/key-show.ts'),
  },
  {
    path: ['adoption', 'show'],
    summary: 'show the code and fingerprint for an adoption; only on the capsule itself',
    args: [],
    flags: [OUTPUT_FLAG],
    examples: [{ line: 'sudo capsulectl adoption show', about: 'on the capsule' }],
    load: () => import('../shared/identity/adoption-show.ts'),
  },
  {
    path: ['adoption', 'open'],
    summary: 'allow an adoption for some time; only on the capsule itself',
    about:
      'Works also if the capsule has an owner, for example after all keys were lost. With --old-clients, the first client ' +
      'without a code is accepted as well.',
    args: [],
    flags: [
      { flags: '--for <duration>', summary: '10m (default), 90s; 0s closes the window' },
      { flags: '--old-clients', summary: 'also accept one client that sends no code' },
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'sudo capsulectl adoption open --for 10m', about: 'prints the code' }],
    load: () => import('../shared/identity/adoption-open.ts'),
  },
  {
    path: ['audit'],
    summary: 'show the calls that changed something, or were refused',
    args: [],
    flags: [
      FOLLOW,
      { flags: '-n, --tail <records>', summary: 'show only the last records' },
      { flags: '--verify', summary: 'check that no record was changed, removed or moved' },
      ...LIST_FLAGS,
    ],
    examples: [
      { line: 'capsulectl audit -n 20', about: 'the last twenty' },
      { line: 'capsulectl audit --verify', about: 'the exit code is 1 if the log is not intact' },
    ],
    load: () => import('../shared/audit/audit.ts'),
  },
];
