/**
 * Runs `act` for the newest value only, never twice at a time. A call resolves when a run that began after it
 * has succeeded, with its own value or a newer one; so fifty calls at once cost two runs. For values that are
 * whole states, where a newer one supersedes an older one.
 */
export function latestWins<T>(act: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let running = false;
  let waiting: { value: T; done: PromiseWithResolvers<void> } | undefined;

  async function drain(): Promise<void> {
    running = true;
    while (waiting !== undefined) {
      const { value, done } = waiting;
      waiting = undefined;
      try {
        await act(value);
        done.resolve();
      } catch (failure) {
        done.reject(failure);
      }
    }
    running = false;
  }

  return (value) => {
    waiting = { value, done: waiting?.done ?? Promise.withResolvers<void>() };
    const { promise } = waiting.done;
    if (!running) void drain();
    return promise;
  };
}
