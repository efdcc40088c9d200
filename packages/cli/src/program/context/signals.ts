/** The signals by which a person or a program ends a command. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** Who hears the signals of this process. */
export interface Signals {
  /** From now on until disposal `listener` hears them instead of the command being ended. */
  take(listener: (signal: EndSignal) => void): Disposable;
}

const HEARD: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * `onUntaken` is called for the first signal that nobody took; a second one ends the process (`source`).
 */
export function routeSignals(
  source: Pick<NodeJS.Process, 'on' | 'off'>,
  onUntaken: (signal: EndSignal) => void,
): Signals {
  let taker: ((signal: EndSignal) => void) | undefined;
  for (const signal of HEARD) {
    const hear = () => {
      if (taker !== undefined) return taker(signal);
      source.off(signal, hear);
      onUntaken(signal);
    };
    source.on(signal, hear);
  }
  return {
    take(listener) {
      taker = listener;
      return {
        [Symbol.dispose]() {
          taker = undefined;
        },
      };
    },
  };
}
