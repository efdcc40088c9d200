import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../program/context/context.ts';

/** The folder of this operator's contexts and key: `CAPSULE_CONFIG_DIR`, else `~/.config/capsule`. */
export function operatorFolder({ env }: Pick<Context, 'env'>): string {
  const named = env['CAPSULE_CONFIG_DIR'];
  if (named !== undefined && named !== '') return named;
  return join(env['HOME'] || homedir(), '.config/capsule');
}

export function configFile(context: Pick<Context, 'env'>): string {
  return join(operatorFolder(context), 'config.yaml');
}

/** The one key of this operator on this machine. */
export function keyFile(context: Pick<Context, 'env'>): string {
  return join(operatorFolder(context), 'operator.ed25519');
}
