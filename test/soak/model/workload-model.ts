import { type Operation, PATHS, type Path } from './operation.ts';

/** The content at a path of the writable layer; `unknown` after a write whose outcome is unknown. */
export type FileState = { readonly text: string } | 'absent' | 'unknown';

/** The expected state of an existing workload. */
export interface Life {
  readonly value: string;
  readonly label: string;
  readonly port: boolean;
  readonly desired: 'running' | 'stopped';
  readonly generation: number;
  readonly run: number;
  /** The number of the operation that created it; a new number means a new uid. */
  readonly born: number;
  /** The number of the operation that last started a process; the same number means the same pid. */
  readonly begun: number;
  /** Whether a container of the current spec certainly exists. */
  readonly hasContainer: boolean;
  readonly files: Readonly<Record<Path, FileState>>;
}

/** Undefined: the workload does not exist. */
export type State = Life | undefined;

/** The possible outcomes of an operation. */
export type Expected =
  /** It succeeds, and the new state is one of these. The first is the usual one. */
  | { readonly is: 'done'; readonly next: readonly [State, ...State[]] }
  /** It fails with one of these codes, and nothing changes. */
  | { readonly is: 'refused'; readonly codes: readonly string[] }
  /** It may succeed or fail; the new state is `next`. */
  | { readonly is: 'either'; readonly next: State };

const NOTHING_WRITTEN: Life['files'] = { '/a': 'absent', '/b': 'absent' };
const NOT_FOUND = ['WORKLOAD_NOT_FOUND'];
const NOT_RUNNING = ['RUNTIME_NOT_RUNNING'];

/**
 * The expected result of operation number `ordinal` on a workload in `state`. Callers run operations that
 * need a process only after the workload has settled. Pure.
 */
export function expectOf(state: State, operation: Operation, ordinal: number): Expected {
  if (operation.do === 'apply') return done(applied(state, operation, ordinal));
  if (state === undefined) {
    return operation.do === 'delete' ? done(undefined) : { is: 'refused', codes: NOT_FOUND };
  }
  switch (operation.do) {
    case 'delete':
      return done(undefined);
    case 'stop':
      return done(state.desired === 'stopped' ? state : { ...next(state), desired: 'stopped' });
    case 'restart':
      return done(begun(state, ordinal));
    case 'start':
      // A workload that waits for a retry after a kill is started; a running workload is not.
      if (state.desired === 'stopped') return done(begun(state, ordinal));
      return { is: 'done', next: [state, begun(state, ordinal)] };
    case 'writeByExec':
      return state.desired === 'stopped'
        ? { is: 'refused', codes: NOT_RUNNING }
        : done(written(state, operation.path, { text: operation.text }));
    case 'readByExec':
    case 'abandonExec':
      return state.desired === 'stopped' ? { is: 'refused', codes: NOT_RUNNING } : done(state);
    case 'copyTo':
      return state.hasContainer
        ? done(written(state, operation.path, { text: operation.text }))
        : { is: 'either', next: written(state, operation.path, 'unknown') };
    case 'copyFrom':
      return expectCopyFrom(state, operation.path);
  }
}

/**
 * All possible states after an operation with an unknown result: the state before or the state after. A file
 * that it writes may have any content. Pure.
 */
export function possibleAfter(
  state: State,
  operation: Operation,
  ordinal: number,
): readonly [State, ...State[]] {
  const before = afterFailure(state, operation);
  const expected = expectOf(state, operation, ordinal);
  if (expected.is !== 'done' || expected.next[0] === state || before !== state) return [before];
  return [before, ...expected.next.filter((each) => each !== state)];
}

/** Records that the workload has settled: its container has the current spec. Pure. */
export function settled(state: State): State {
  if (state?.desired !== 'running' || state.hasContainer) return state;
  return { ...state, hasContainer: true };
}

/**
 * The content that a read must return; undefined if it is unknown. For example, a stopped workload keeps the
 * container of an older spec until its next start. Pure.
 */
export function textAt(state: State, path: Path): string | 'absent' | undefined {
  const file = state?.hasContainer ? state.files[path] : undefined;
  if (file === undefined || file === 'unknown') return undefined;
  return file === 'absent' ? file : file.text;
}

function expectCopyFrom(state: Life, path: Path): Expected {
  if (!state.hasContainer || state.files[path] === 'unknown') return { is: 'either', next: state };
  if (state.files[path] === 'absent') return { is: 'refused', codes: ['FILES_MISSING'] };
  return done(state);
}

function afterFailure(state: State, operation: Operation): State {
  const isWrite = operation.do === 'writeByExec' || operation.do === 'copyTo';
  if (state === undefined || !isWrite) return state;
  return { ...state, files: { ...state.files, [operation.path]: 'unknown' } };
}

function applied(
  state: State,
  { value, label, port }: Extract<Operation, { do: 'apply' }>,
  ordinal: number,
): State {
  if (state === undefined) {
    return {
      value,
      label,
      port,
      desired: 'running',
      generation: 1,
      run: 1,
      born: ordinal,
      begun: ordinal,
      hasContainer: false,
      files: NOTHING_WRITTEN,
    };
  }
  if (state.value !== value) {
    const fresh = { ...next(state), value, label, port, hasContainer: false };
    const isStarted = state.desired === 'running';
    return {
      ...(isStarted ? { ...fresh, run: state.run + 1, begun: ordinal } : fresh),
      files: NOTHING_WRITTEN,
    };
  }
  const isSame = state.label === label && state.port === port;
  return isSame ? state : { ...next(state), label, port };
}

function next(state: Life): Life {
  return { ...state, generation: state.generation + 1 };
}

function begun(state: Life, ordinal: number): Life {
  return { ...next(state), desired: 'running', run: state.run + 1, begun: ordinal };
}

function written(state: Life, path: Path, file: FileState): Life {
  return { ...state, files: { ...state.files, [path]: file } };
}

function done(...states: readonly [State, ...State[]]): Expected {
  return { is: 'done', next: states };
}

/** A description of a state for failure messages: `running value=1 generation=3 …`. Pure. */
export function describeState(state: State): string {
  if (state === undefined) return 'nothing';
  const { desired, files, ...rest } = state;
  const words = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
  const written = PATHS.map((path) => {
    const file = files[path];
    return `${path}=${typeof file === 'string' ? file : JSON.stringify(file.text)}`;
  });
  return [desired, ...words, ...written].join(' ');
}
