import type { Context } from '../../program/context/context.ts';
import { printLines } from '../../program/print-lines.ts';

/** The current context has no effect while `CAPSULE_HOST` names a capsule, which `npm start` proposes. */
export async function noteVariable({ env, err }: Context): Promise<void> {
  const { CAPSULE_HOST: named = '' } = env;
  if (named === '') return;
  await printLines(err, `CAPSULE_HOST is ${named}, and goes before the current context\n`);
}
