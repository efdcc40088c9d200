import { setTimeout as pause } from 'node:timers/promises';
import type { CapsuleClient } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { LiveText } from '../render/live-text.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { Absence } from './absence.ts';

/** The polling interval for states that the API cannot watch. */
const EVERY_MS = 1000;

/**
 * Shows what `ask` finds: once, or with `--watch` whenever it has changed, until the command is ended
 * and across restarts of the capsule. On a terminal it is refreshed in its place.
 */
export async function showOrWatch(
  input: Input,
  context: Context,
  ask: (client: CapsuleClient) => Promise<string>,
): Promise<void> {
  await withCapsule(input, context, async (client) => {
    if (input.isOn('watch')) await watch(context, () => ask(client));
    else await context.out.write(await ask(client));
  });
}

async function watch({ out, now, signal }: Context, ask: () => Promise<string>): Promise<never> {
  const screen = new LiveText(out);
  const absence = new Absence(now);
  let shown: string | undefined;
  for (;;) {
    try {
      const text = await ask();
      absence.end();
      if (text !== shown) await (out.isTerminal ? screen.draw(text) : out.write(text));
      shown = text;
    } catch (error) {
      signal.throwIfAborted();
      absence.note(error);
    }
    await pause(EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
