import { DEBUG_FLAG, LOCAL_CAPSULE_FLAG } from '../program/global-flags.ts';
import type { Program } from '../program/program.ts';
import { version } from '../version.ts';
import { COMMANDS } from './commands.ts';
import { HABITS } from './habits.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
import { NODE_COMMANDS } from './node-catalogue.ts';
import { ROOT_COMMANDS } from './root-catalogue.ts';
import { TOOL_COMMANDS } from './tool-catalogue.ts';

/** The program for realms, spaces, stacks, cells and containers, on the capsule itself. */
export const KUKE: Program = {
  name: 'kuke',
  version,
  summary: 'Runs containers in cells on this capsule.',
  nouns: {
    get: 'show realms, spaces, stacks, cells or containers',
    create: 'create a realm, space, stack, cell or container',
    delete: 'delete by name, or everything that a file declares (`delete -f FILE`)',
    purge: 'kill and delete with everything in it',
    start: 'start a cell (`start NAME`), or a container',
    stop: 'stop a cell (`stop NAME`), or a container',
    kill: 'kill a cell (`kill NAME`), or a container',
    restart: 'stop a cell (`restart NAME`), or a container, and start it again',
    pause: 'freeze a cell (`pause NAME`), or a container',
    unpause: 'let a paused cell (`unpause NAME`), or container, go on',
    log: 'print the output of a cell (`log NAME`), or of a container',
    exec: 'run a command in a cell (`exec NAME COMMAND`), or in a container',
    cp: 'copy files to and from a cell',
    refresh: 'compare records with the actual state',
    image: 'the image cache',
  },
  shorthands: [
    {
      c: 'create',
      g: 'get',
      d: 'delete',
      p: 'purge',
      sta: 'start',
      sto: 'stop',
      k: 'kill',
      att: 'attach',
      logs: 'log',
    },
    {
      r: 'realm',
      realms: 'realm',
      sp: 'space',
      spaces: 'space',
      st: 'stack',
      stacks: 'stack',
      ce: 'cell',
      cells: 'cell',
      co: 'container',
      containers: 'container',
    },
  ],
  habits: HABITS,
  isLocal: true,
  globalFlags: [LOCAL_CAPSULE_FLAG, DEBUG_FLAG],
  catalogues: {
    apply: () => ROOT_COMMANDS,
    cp: () => NODE_COMMANDS,
    create: () => NODE_COMMANDS,
    exec: () => NODE_COMMANDS,
    get: () => NODE_COMMANDS,
    image: () => IMAGE_COMMANDS,
    log: () => NODE_COMMANDS,
    start: () => NODE_COMMANDS,
    stop: () => NODE_COMMANDS,
    __complete: () => TOOL_COMMANDS,
  },
  get commands() {
    return COMMANDS;
  },
};
