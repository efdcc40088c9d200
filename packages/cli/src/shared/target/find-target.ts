import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { cliError } from '../../errors.ts';
import type { CapsuleTarget } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { currentContext, findNamed } from './find-context.ts';

const SOCKET = 'capsuled.sock';

/**
 * Which capsule is meant: `--capsule`, else `CAPSULE_HOST`, else the current context, else the capsule that this
 * machine is, else the only one that runs embedded on it. A program for its own machine knows no contexts. Fails with
 * `CLI_CONTEXT_MISSING`, `CLI_NOT_ADOPTED`, `CLI_NO_CAPSULE`, `CLI_CAPSULES_HIDDEN`, `CLI_SEVERAL_CAPSULES`.
 */
export async function findTarget(input: Input, context: Context): Promise<CapsuleTarget> {
  const named = input.text('capsule') ?? context.env['CAPSULE_HOST'];
  const isNamed = named !== undefined && named !== '';
  if (context.program.isLocal) return isNamed ? named : findLocal(context);
  if (isNamed) return findNamed(named, context);
  return (await currentContext(context)) ?? findLocal(context);
}

/**
 * For calls that only root on the capsule may make: the capsule of this machine, although a context of the network is
 * the current one. Where this user sees no capsule, the one that is meant otherwise, which then refuses the call.
 */
export async function findTargetHere(input: Input, context: Context): Promise<CapsuleTarget> {
  const { CAPSULE_HOST: chosen = '' } = context.env;
  const isChosen = input.text('capsule') !== undefined || chosen.startsWith('unix:');
  const isHere = !isChosen && (await listSockets(context.socketFolder)).length > 0;
  return isHere ? findLocal(context) : findTarget(input, context);
}

async function findLocal(context: Context): Promise<string> {
  const own = path.join(context.socketFolder, SOCKET);
  const sockets = await listSockets(context.socketFolder);
  if (sockets.includes(own)) return `unix:${own}`;
  const [only, ...others] = await keepLiving(sockets);
  if (only === undefined) {
    if (await hidesCapsules(context.socketFolder)) throw cliError.CAPSULES_HIDDEN({});
    throw cliError.NO_CAPSULE({ looked: `unix:${own}` });
  }
  if (others.length === 0) return `unix:${only}`;
  throw cliError.SEVERAL_CAPSULES({ targets: [only, ...others].map((at) => `unix:${at}`) });
}

/** All capsules that have a socket on this machine. */
export async function targetsHere({ socketFolder }: Context): Promise<readonly string[]> {
  return (await listSockets(socketFolder)).map((socket) => `unix:${socket}`);
}

async function listSockets(folder: string): Promise<readonly string[]> {
  const entries = await namesIn(folder);
  const nested = await Promise.all(
    entries
      .filter((name) => name !== SOCKET)
      .map(async (name) => {
        const inner = await namesIn(path.join(folder, name));
        return inner.includes(SOCKET) ? [path.join(folder, name, SOCKET)] : [];
      }),
  );
  const own = entries.includes(SOCKET) ? [path.join(folder, SOCKET)] : [];
  return [...own, ...nested.flat().sort()];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return [];
    throw error;
  }
}

/** Whether capsules have folders here that this user must not open. */
async function hidesCapsules(folder: string): Promise<boolean> {
  const inner = (await namesIn(folder)).map((name) => path.join(folder, name));
  return (await Promise.all([folder, ...inner].map(isDenied))).includes(true);
}

function isDenied(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'EACCES',
  );
}

/** A capsule that died without cleaning up leaves a socket without a listener. */
async function keepLiving(sockets: readonly string[]): Promise<readonly string[]> {
  if (sockets.length < 2) return sockets;
  const living = await Promise.all(sockets.map(isListening));
  return sockets.filter((_, index) => living[index]);
}

function isListening(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath);
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
