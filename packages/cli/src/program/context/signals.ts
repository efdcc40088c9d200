/** The signals by which a person or a program ends a command. */
export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** The listeners for the signals of this process. */
export interface Signals {
  /** Until disposal, `listener` receives the signals, and they do not end the command. */
  take(listener: (signal: EndSignal) => void): Disposable;
}

const HEARD: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * `onUntaken` is called for the first signal without a listener; a second one ends the process (`source`).
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
