/** The realm of an image, where it is not the usual one. */
const IN_REALM = ['--realm'] as const;
/** The place of a cell, where it is not the usual one. */
const IN_STACK = ['--realm', '--space', '--stack'] as const;
/** The place of a container. */
const IN_CELL = ['--cell', ...IN_STACK] as const;

/**
 * Everything that a remedy may ask a person to do, with the arguments that it may name, in the order in which
 * they are written. Each program has its own words for an action; `--name` is written as a flag.
 */
export const ACTIONS = {
  adopt: ['address', '--code', '--name'],
  'adoption.open': ['--for'],
  apply: ['--file'],
  'capsule.debug': [],
  'capsule.info': [],
  'capsule.logs': [],
  'capsule.reboot': [],
  'cell.create': ['name', ...IN_STACK],
  'cell.delete': ['--cascade', '--force', 'name', ...IN_STACK],
  'cell.get': ['name', ...IN_STACK, '--output'],
  'cell.kill': ['name', ...IN_STACK],
  'cell.list': IN_STACK,
  'cell.logs': ['name', ...IN_STACK, '--container'],
  'cell.restart': ['name', ...IN_STACK],
  'cell.start': ['name', ...IN_STACK],
  'cell.stop': ['name', ...IN_STACK],
  'cell.unpause': ['name', ...IN_STACK],
  'container.create': ['name', ...IN_CELL],
  'container.delete': ['--force', 'name', ...IN_CELL],
  'container.get': ['name', ...IN_CELL, '--output'],
  'container.kill': ['name', ...IN_CELL],
  'container.list': IN_CELL,
  'container.logs': ['name', ...IN_CELL],
  'container.start': ['name', ...IN_CELL],
  'context.list': [],
  'context.rm': ['context'],
  'context.use': ['context'],
  cp: [],
  discover: [],
  events: ['name'],
  explain: ['code'],
  'image.list': IN_REALM,
  'image.prune': IN_REALM,
  'image.pull': IN_REALM,
  'image.push': ['--name', 'file', ...IN_REALM],
  'key.add': ['--name', 'file'],
  'key.list': [],
  'realm.create': ['name'],
  'realm.delete': ['--cascade', '--force', 'name'],
  'realm.get': ['name', '--output'],
  'realm.list': [],
  'registry.list': [],
  'registry.login': ['registry', '--user'],
  'space.create': ['name', '--realm'],
  'space.delete': ['--cascade', '--force', 'name', '--realm'],
  'space.get': ['name', '--realm', '--output'],
  'space.list': ['--realm'],
  'stack.create': ['name', '--realm', '--space'],
  'stack.delete': ['--cascade', '--force', 'name', '--realm', '--space'],
  'stack.get': ['name', '--realm', '--space', '--output'],
  'stack.list': ['--realm', '--space'],
  'update.confirm': [],
  'update.history': [],
  'update.push': ['bundle'],
  'update.rollback': [],
  'volume.adopt': ['volume'],
  'volume.delete': ['--force', 'volume'],
  'volume.export': [],
  'volume.import': [],
  'volume.list': [],
  'volume.resize': ['volume', 'size'],
  'volume.snapshots': ['volume'],
  'volume.usage': [],
  whoami: [],
  'workload.delete': ['--force', 'name'],
  'workload.describe': ['name'],
  'workload.exec': ['name', 'command'],
  'workload.get': ['name'],
  'workload.list': ['--output'],
  'workload.logs': ['--serial', 'name', '--tail'],
  'workload.restart': ['name'],
  'workload.start': ['name'],
  'workload.stop': ['--grace', 'name'],
  /** The program itself, where a text speaks of it. */
  program: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ActionName = keyof typeof ACTIONS;

type Bare<Argument extends string> = Argument extends `--${infer Name}` ? Name : Argument;

/** By the names of `ACTIONS`, without dashes; a flag without a value is `true`. */
export type ActionArgs<Name extends ActionName> = {
  readonly [Argument in (typeof ACTIONS)[Name][number] as Bare<Argument>]?: string | true;
};

export interface Action {
  readonly name: string;
  readonly args: Readonly<Record<string, string | true>>;
}

export function action<Name extends ActionName>(name: Name, args: ActionArgs<Name> = {}): Action {
  return { name, args: args as Action['args'] };
}

/**
 * The arguments of an action in the order in which they are written. Empty for an action that this version does
 * not know, or that has none.
 */
export function actionArguments({ name, args }: Action): readonly ActionArgument[] {
  const order: readonly string[] = Object.hasOwn(ACTIONS, name) ? ACTIONS[name as ActionName] : [];
  return order.flatMap((written) => {
    const argument = written.replace(/^--/, '');
    const value = args[argument];
    return value === undefined ? [] : [{ name: argument, isFlag: written !== argument, value }];
  });
}

export interface ActionArgument {
  readonly name: string;
  readonly isFlag: boolean;
  readonly value: string | true;
}
