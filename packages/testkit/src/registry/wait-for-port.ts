import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { labError } from '../lab/errors.ts';

const PAUSE_MS = 20;

/** Resolves when something listens there; fails when `ended` settles first. */
export async function waitForPort(
  endpoint: { readonly host: string; readonly port: number },
  ended: Promise<unknown>,
): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!(await answers(endpoint))) {
    if (over) throw labError.REGISTRY_DEAD({ said: `nothing listens on ${endpoint.port}` });
    await delay(PAUSE_MS);
  }
}

function answers(endpoint: { readonly host: string; readonly port: number }): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(endpoint);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
