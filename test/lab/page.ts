import { until } from './until.ts';

/** Fetches the text at `url`. Waits until the server listens. */
export function page(url: string): Promise<string> {
  return until(`a page at ${url}`, 15_000, async () => {
    try {
      return await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
    } catch {
      return undefined; // refused, or reset by a forwarder whose target did not listen
    }
  });
}
