import type { Output } from '../../program/context/output.ts';
import { printWarning } from '../../program/print-lines.ts';

/** Prints what of an archive was left out or not kept. Names come from elsewhere: nothing in them acts on a terminal. */
export async function showWarnings(err: Output, warnings: readonly string[]): Promise<void> {
  for (const warning of warnings) {
    const harmless = warning.replaceAll(/\p{Cc}/gu, '?');
    await printWarning(err, harmless);
  }
}
