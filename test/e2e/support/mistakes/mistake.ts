/** One thing that people do by mistake, and the answer that lets them go on. */
export interface Mistake {
  /** Its number in the list of mistakes that the first user made. */
  readonly number: number;
  readonly args: readonly string[];
  /** On standard input. */
  readonly input?: string;
  readonly exitCode: number;
  /**
   * Of the answer, with single spaces: the fault, its reason, and the remedy. An answer with a line `why` has its
   * reason there; without one, the fault is the reason.
   */
  readonly what: RegExp;
  readonly why: RegExp;
  readonly fix: RegExp;
  /** The socket that it is sent to, instead of the capsule's. */
  readonly capsule?: string;
}

/** The parts of an answer; a reason is the fault itself where nothing else is said. */
export type Answer = Pick<Mistake, 'what' | 'fix'> & Partial<Pick<Mistake, 'why'>>;

/** In the image of the tests; `hello` publishes 18080, `holder` mounts `data` (32 MiB); `stopped` and `parked`, with a volume at /data, are stopped. */
export const IMAGE = 'stay:1';
export const WEB = `name: web\nkind: Container\ncontainer:\n  image: ${IMAGE}\n`;
export const VM = 'name: vm\nkind: MicroVM\n';
export const APPLY = ['apply', '-f', '-'];
