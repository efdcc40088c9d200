import { connectCapsule } from '@capsule/api/node';
import { run } from '@capsule/host';
import type { Claim } from '../embedded/claim/claim.ts';

/** The person who typed the command, also behind sudo. */
export interface Caller {
  /** Undefined: root. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  readonly home: string;
  readonly name: string;
}

export interface AdoptRequest {
  readonly claim: Claim;
  readonly caller: Caller;
  /** The program of this checkout. */
  readonly capsulectl: string;
}

/** Whom sudo ran this for. The home of that user comes from the system, as sudo may have set another one. */
export async function findCaller(env: NodeJS.ProcessEnv): Promise<Caller> {
  const uid = Number(env['SUDO_UID'] ?? 0);
  if (uid === 0) return { ids: undefined, home: env['HOME'] ?? '/root', name: 'root' };
  const { stdout } = await run('getent', ['passwd', String(uid)]);
  const [name = '', , , gid = '', , home = ''] = stdout.trim().split(':');
  return { ids: { uid, gid: Number(gid) }, home, name };
}

/**
 * Adopts a capsule without an owner for the caller, so that plain `capsulectl` works without root. A capsule with an
 * owner stays as it is. Returns whether the caller has a context for it.
 */
export async function adoptForCaller(
  { claim, caller, capsulectl }: AdoptRequest,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  await using client = connectCapsule(`unix:${claim.socket}`);
  const { owned, code, fingerprint } = await client.identity.adoptionGet({});
  const own = asCaller(caller, env);
  // As root: only root may write what the program builds at its first run.
  await run(capsulectl, ['--version']);
  if (!owned) {
    const trust = ['--fingerprint', fingerprint, '--code', code, '--replace'];
    await own(capsulectl, ['adopt', claim.subnet.capsuleAddress, '--name', claim.name, ...trust]);
    return true;
  }
  const known = await own(capsulectl, ['context', 'list', '-o', 'name']);
  return known.stdout.split('\n').includes(claim.name);
}

type RunOwn = (file: string, args: readonly string[]) => ReturnType<typeof run>;

/** Files that the program writes belong to the caller. */
function asCaller({ ids, home, name }: Caller, env: NodeJS.ProcessEnv): RunOwn {
  const { CAPSULE_HOST: _, ...rest } = env;
  const options = { env: { ...rest, HOME: home, USER: name } };
  if (ids === undefined) return (file, args) => run(file, args, options);
  const user = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--init-groups'];
  return (file, args) => run('setpriv', [...user, file, ...args], options);
}
