import {
  action,
  defineErrors,
  imageAction,
  type Level,
  listAction,
  nodeAction,
  type Place,
  type Remedy,
  remedy,
} from '@capsule/core';

interface UsageFacts {
  readonly problem: string;
  /** The command whose help says more. */
  readonly command: string;
  readonly suggestion?: string | Remedy | undefined;
}

interface UnknownPath {
  readonly path: string;
  readonly keys: readonly string[];
  /** The existing names. */
  readonly known: readonly string[];
  readonly isList: boolean;
}

interface LateWorkload {
  readonly name: string;
  /** `was not ready`, `did not end` */
  readonly missed: string;
  readonly seconds: number;
  readonly state: string;
  /** The workload whose state explains more: itself, or one that it waits for. */
  readonly look: string;
  /** Undefined where the state says it. */
  readonly cause: string | undefined;
}

interface NodeFacts {
  /** With its level: `cell web`. */
  readonly name: string;
  readonly place: Place;
}

export const cliError = defineErrors('CLI', {
  USAGE: {
    kind: 'invalid',
    message: (f: UsageFacts) => f.problem,
    hint: (f) => f.suggestion ?? `\`${f.command} --help\` shows the usage`,
  },
  PATH_INVALID: {
    kind: 'invalid',
    message: (f: { template: string; column: number; problem: string }) =>
      `-o jsonpath is wrong at column ${f.column} of ${f.template}: ${f.problem}`,
    hint: "write it like -o jsonpath='{[*].name}', or like '{range [*]}{.name}{\"\\n\"}{end}' to print lines",
  },
  PATH_UNKNOWN: {
    kind: 'invalid',
    message: (f: UnknownPath) =>
      `the path ${f.path} selects nothing: no value has the key ${f.keys.map((key) => `\`${key}\``).join(' or ')}`,
    why: (f) =>
      f.isList
        ? 'the value is a list'
        : f.known.length > 0
          ? `the keys are ${f.known.join(', ')}`
          : 'the value has no keys',
    hint: (f) =>
      f.isList
        ? 'select all items of the list with [*], or one item with [0]'
        : 'compare the path with the output of -o yaml; the filter [?(@.key)] selects only items that have a key',
  },
  CODE_UNKNOWN: {
    kind: 'notFound',
    message: (f: { code: string; near: string | undefined }) =>
      `there is no error code ${JSON.stringify(f.code)}`,
    hint: (f) =>
      f.near === undefined
        ? 'compare the versions: a newer capsule may have codes that this program does not have'
        : `did you mean ${f.near}?`,
  },
  NOT_CONFIRMED: {
    kind: 'denied',
    message: () => 'nothing was done: the answer was not yes',
    hint: 'answer y, or give --yes',
  },
  NO_CAPSULE: {
    kind: 'unavailable',
    message: (f: { looked: string }) => `no capsule found: nothing listens at ${f.looked}`,
    why: 'neither --capsule, CAPSULE_HOST nor a current context names a capsule, and no capsule runs on this machine',
    hint: remedy`start one with \`npm start\`, or adopt one on the network: ${action('discover')} shows them`,
  },
  CAPSULES_HIDDEN: {
    kind: 'denied',
    message: () => 'this user has no permission to see the capsules of this machine',
    why: 'only root can open the socket of a capsule',
    hint: remedy`run the command as root, or adopt the capsule for this user: ${action('adopt', { address: 'ADDRESS' })}`,
  },
  SEVERAL_CAPSULES: {
    kind: 'invalid',
    message: (f: { targets: readonly string[] }) =>
      `several capsules run on this machine: ${f.targets.join(', ')}`,
    why: 'neither --capsule nor CAPSULE_HOST names one of them',
    hint: 'choose one with --capsule, or set CAPSULE_HOST',
  },
  NOT_ADOPTED: {
    kind: 'precondition',
    message: (f: { address: string }) => `no context has the address ${f.address}`,
    why: 'a command is sent only to a capsule whose fingerprint is pinned',
    hint: (f) => remedy`adopt the capsule first: ${action('adopt', { address: f.address })}`,
  },
  CONTEXT_MISSING: {
    kind: 'invalid',
    message: (f: { name: string; near: string | undefined }) =>
      `there is no context named ${f.name}`,
    hint: (f) =>
      f.near === undefined
        ? remedy`${action('context.list')} shows the contexts; for a capsule that is not adopted: ${action('adopt', { address: f.name })}`
        : `did you mean ${f.near}?`,
  },
  CONTEXT_TAKEN: {
    kind: 'exists',
    message: (f: { name: string }) => `the context ${f.name} is of another capsule`,
    hint: (f) =>
      remedy`choose another name with --name, replace the context with --replace, or remove it: ${action('context.rm', { context: f.name })}`,
  },
  CONTEXT_NAME: {
    kind: 'invalid',
    message: (f: { name: string }) => `${JSON.stringify(f.name)} is not a name for a context`,
    hint: 'use up to 63 letters, digits, dots, dashes and underscores, and begin with a letter or digit',
  },
  CONTEXT_EXISTS: {
    kind: 'exists',
    message: (f: { name: string }) => `a context named ${f.name} exists`,
    hint: (f) =>
      remedy`choose another name, or remove that context: ${action('context.rm', { context: f.name })}`,
  },
  HOME_MISSING: {
    kind: 'precondition',
    message: () => 'this user has no home folder for contexts and the key',
    why: 'HOME is not set, and this machine does not list the user',
    hint: 'set HOME or CAPSULE_CONFIG_DIR to a folder of this user',
  },
  CONFIG_INVALID: {
    kind: 'invalid',
    message: (f: { path: string; problem: string }) => `${f.path} is not valid: ${f.problem}`,
    hint: 'correct the file, or move it away and adopt the capsules again; the key in its folder stays valid',
  },
  CONFIG_LOCKED: {
    kind: 'unavailable',
    message: (f: { path: string }) => `another command holds ${f.path}`,
    hint: 'try again; if no other command runs, remove the file',
  },
  KEY_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `there is no key at ${f.path}`,
    why: 'the context names this file as the key of the operator',
    hint: 'restore the file from a backup, or have the key of this machine enrolled by another operator',
  },
  KEY_INVALID: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} holds no Ed25519 key in PEM`,
    hint: 'restore the file from a backup; a public key belongs to `key add`, a private key stays on its machine',
  },
  KEY_EXPOSED: {
    kind: 'denied',
    message: (f: { path: string }) => `other users of this machine can read the key ${f.path}`,
    hint: (f) => `close it: chmod 600 ${f.path}`,
  },
  FINGERPRINT_DIFFERS: {
    kind: 'denied',
    message: (f: { address: string; expected: string; fingerprint: string }) =>
      `the machine at ${f.address} is not the expected capsule`,
    why: (f) =>
      `nothing was sent to it: its fingerprint is ${f.fingerprint}, --fingerprint names ${f.expected}`,
    hint: 'compare the fingerprint with the console of the capsule',
  },
  ADOPTION_ANSWER: {
    kind: 'internal',
    message: (f: { address: string; problem: string }) =>
      `the answer of ${f.address} is wrong: ${f.problem}`,
    why: 'no context was saved, and the key of this machine is unchanged',
    hint: 'do not trust this machine; compare the fingerprint with the console of the capsule',
  },
  ADOPTION_OLD: {
    kind: 'unsupported',
    message: (f: { address: string }) => `the capsule at ${f.address} is too old to be adopted`,
    why: 'it does not support adoption with a code',
    hint: 'update the capsule, or use the capsulectl that came with it',
  },
  AUDIT_BROKEN: {
    kind: 'internal',
    message: (f: { sequence: string }) => `the audit log is not intact at record ${f.sequence}`,
    why: 'a record was changed, removed or moved',
    hint: 'keep a copy of the log, and find out which program had access to the store of the capsule',
  },
  REGISTRY_MISSING: {
    kind: 'notFound',
    message: (f: { name: string }) => `registry ${f.name} is not declared`,
    hint: remedy`${action('registry.list')} shows the declared registries`,
  },
  VOLUME_MISSING: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no volume named ${f.name}`,
    hint: remedy`${action('volume.list')} shows the volumes`,
  },
  SNAPSHOT_MISSING: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no snapshot ${f.name}`,
    hint: remedy`${action('volume.snapshots')} shows the snapshots`,
  },
  FILE_UNREADABLE: {
    kind: 'invalid',
    message: (f: { path: string; reason: string }) => `${f.path} cannot be read: ${f.reason}`,
    hint: 'check the path and your permission to read it',
  },
  FILE_UNWRITABLE: {
    kind: 'invalid',
    message: (f: { path: string; reason: string }) => `${f.path} cannot be written: ${f.reason}`,
    hint: 'check the path, its permissions and the free space of its disk',
  },
  FILE_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `there is no file ${f.path}`,
    hint: 'check the path; relative paths start at the current folder',
  },
  FOLDER_EMPTY: {
    kind: 'invalid',
    message: (f: { path: string }) => `the folder ${f.path} holds no manifest`,
    hint: 'manifests end in .yaml, .yml or .json',
  },
  WORKLOAD_MISSING: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no workload named ${f.name}`,
    hint: remedy`${action('workload.list')} shows the workloads; with --ignore-missing this is not an error`,
  },
  WORKLOAD_FAILED: {
    kind: 'internal',
    message: (f: {
      name: string;
      /** `ready`, `running` */
      expected: string;
      state: string;
      detail: string;
      fix?: string | undefined;
    }) => `${f.name} is not ${f.expected}: ${f.state}`,
    why: (f) => f.detail,
    hint: (f) => (f.fix === undefined ? seeState(f.name) : `${f.fix}; the capsule keeps trying`),
  },
  WORKLOAD_ENDED: {
    kind: 'internal',
    message: (f: { name: string; how: string; printed: string; isDone: boolean }) =>
      `${f.name} did not stay up: ${f.how}`,
    why: (f) => f.printed,
    hint: (f) =>
      f.isDone
        ? 'if the program is meant to end, set `restartPolicy: on-failure`; if it moves to the background, make it stay in the foreground'
        : remedy`${action('workload.logs', { name: f.name })} shows its whole output, and ${action('workload.describe', { name: f.name })} shows what the capsule does next`,
  },
  IMAGE_MISSING: {
    kind: 'notFound',
    message: (f: { name: string; realm: string }) => `there is no image ${f.name}`,
    hint: (f) => remedy`${imageAction('list', f.realm)} shows the images`,
  },
  ROLLED_BACK: {
    kind: 'internal',
    message: (f: {
      name: string;
      generation: number;
      detail: string;
      printed: string;
      state: string;
    }) => `generation ${f.generation} of ${f.name} was not ready and was rolled back`,
    why: (f) => `${f.detail}; ${f.printed}`,
    hint: (f) =>
      remedy`the capsule went back to the last good generation: ${f.state}; ${action('events', { name: f.name })} shows what happened`,
  },
  WORKLOAD_DELETED: {
    kind: 'conflict',
    message: (f: { name: string }) => `another client deleted ${f.name}`,
    hint: 'apply its manifest again if you still want it',
  },
  WORKLOAD_STOPPED: {
    kind: 'conflict',
    message: (f: { name: string }) => `another command stopped ${f.name}`,
    hint: (f) => remedy`${action('workload.start', { name: f.name })} starts it again`,
  },
  WAIT_TIMEOUT: {
    kind: 'timeout',
    message: (f: LateWorkload) => `${f.name} ${f.missed} after ${f.seconds} s: ${f.state}`,
    why: (f) => f.cause,
    hint: (f) =>
      remedy`the capsule keeps trying; ${action('workload.get', { name: f.look })} shows the state, and --timeout waits longer`,
  },
  NOT_STOPPED: {
    kind: 'timeout',
    message: (f: { name: string; seconds: number }) =>
      `${f.name} has not stopped after ${f.seconds} s`,
    hint: (f) =>
      remedy`the capsule keeps stopping it; ${action('workload.stop', { grace: '0', name: f.name })} kills it`,
  },
  NOT_DELETED: {
    kind: 'timeout',
    message: (f: { name: string; seconds: number }) =>
      `${f.name} was not deleted after ${f.seconds} s`,
    hint: (f) =>
      remedy`the capsule keeps deleting it; ${action('workload.delete', { force: true, name: f.name })} kills it`,
  },
  CELL_EMPTY: {
    kind: 'precondition',
    message: (f: { name: string }) => `cell ${f.name} has no container`,
    hint: (f) =>
      remedy`the first container becomes its root: ${action('container.create', { name: 'NAME', cell: f.name })}`,
  },
  NODE_MISSING: {
    kind: 'notFound',
    message: (f: { level: Level; name: string }) => `there is no ${f.name}`,
    hint: (f) =>
      remedy`${listAction(f.level)} shows what there is; with --ignore-missing this is not an error`,
  },
  NODE_FAILED: {
    kind: 'internal',
    message: (f: NodeFacts & { state: string; detail: string; fix?: string | undefined }) =>
      `${f.name} is not ready: ${f.state}`,
    why: (f) => f.detail,
    hint: (f) => f.fix ?? remedy`${nodeAction('get', f.place)} shows its state`,
  },
  NODE_ENDED: {
    kind: 'internal',
    message: (f: NodeFacts & { how: string; printed: string }) =>
      `${f.name} did not stay up: ${f.how}`,
    why: (f) => f.printed,
    hint: (f) => remedy`${nodeAction('logs', f.place)} shows its whole output`,
  },
  NODE_STOPPED: {
    kind: 'conflict',
    message: (f: NodeFacts) => `another command stopped ${f.name}`,
    hint: (f) => remedy`${nodeAction('start', f.place)} starts it again`,
  },
  NODE_DELETED: {
    kind: 'conflict',
    message: (f: NodeFacts) => `another client deleted ${f.name}`,
    hint: 'create it again if you still want it',
  },
  NODE_LATE: {
    kind: 'timeout',
    message: (f: NodeFacts & { missed: string; seconds: number; state: string }) =>
      `${f.name} ${f.missed} after ${f.seconds} s: ${f.state}`,
    hint: (f) =>
      remedy`the capsule keeps trying; ${nodeAction('get', f.place)} shows the state, and --timeout waits longer`,
  },
  NODE_NOT_STOPPED: {
    kind: 'timeout',
    message: (f: NodeFacts & { seconds: number }) =>
      `${f.name} has not stopped after ${f.seconds} s`,
    hint: (f) =>
      remedy`the capsule keeps stopping it; ${nodeAction('kill', f.place)} ends it at once`,
  },
  NODE_NOT_DELETED: {
    kind: 'timeout',
    message: (f: NodeFacts & { seconds: number }) =>
      `${f.name} was not deleted after ${f.seconds} s`,
    hint: (f) =>
      remedy`the capsule keeps deleting it; ${nodeAction('delete', f.place, { force: true })} kills it`,
  },
  NOTHING_SELECTED: {
    kind: 'notFound',
    message: (f: { selector: string }) => `no workload matches ${f.selector}`,
    hint: remedy`${action('workload.list', { output: 'wide' })} shows labels`,
  },
});

function seeState(name: string): Remedy {
  return remedy`${action('workload.get', { name })} and ${action('workload.logs', { name })} show more; the capsule keeps trying`;
}
