import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';

/**
 * The folder of this operator's contexts and key: `CAPSULE_CONFIG_DIR`, else `~/.config/capsule`. Contexts name the
 * key in it, so it does not depend on the current folder. Fails with `CLI_HOME_MISSING`.
 */
export function operatorFolder({ env }: Pick<Context, 'env'>): string {
  const named = env['CAPSULE_CONFIG_DIR'];
  if (named !== undefined && named !== '') return resolve(named);
  const { HOME: home = '' } = env;
  return join(isAbsolute(home) ? home : registeredHome(), '.config/capsule');
}

/** A container or a service may run as a user that the machine does not list. */
function registeredHome(): string {
  try {
    return userInfo().homedir;
  } catch (error) {
    throw cliError.HOME_MISSING({}, error);
  }
}

export function configFile(context: Pick<Context, 'env'>): string {
  return join(operatorFolder(context), 'config.yaml');
}

/** The one key of this operator on this machine. */
export function keyFile(context: Pick<Context, 'env'>): string {
  return join(operatorFolder(context), 'operator.ed25519');
}
