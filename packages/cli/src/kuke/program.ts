import { CAPSULE_FLAG, DEBUG_FLAG } from '../program/global-flags.ts';
import type { Program } from '../program/program.ts';
import { doctorCommands } from '../shared/catalogue/doctor-commands.ts';
import { version } from '../version.ts';
import { HABITS } from './habits.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
import { NODE_COMMANDS } from './node-catalogue.ts';
import { ROOT_COMMANDS } from './root-catalogue.ts';
import { TOOL_COMMANDS } from './tool-catalogue.ts';

const DOCTOR_COMMANDS = doctorCommands({ program: 'sudo kuke', noun: [] });

/** The program for realms, spaces, stacks, cells and containers, on the capsule itself. */
export const KUKE: Program = {
  name: 'kuke',
  version,
  summary: 'Runs containers in cells on this capsule.',
  nouns: {
    get: 'show realms, spaces, stacks, cells or containers',
    create: 'create one of them',
    delete: 'delete them, or the resources of a file',
    purge: 'kill and delete them with everything in them',
    start: 'start a cell or a container',
    stop: 'stop a cell or a container',
    kill: 'kill a cell or a container',
    restart: 'stop a cell or a container and start it again',
    pause: 'freeze a cell or a container',
    unpause: 'let a paused cell or container go on',
    log: 'print the output of a container',
    exec: 'run a command in a container',
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
  globalFlags: [CAPSULE_FLAG, DEBUG_FLAG],
  commands: [
    ...ROOT_COMMANDS,
    ...NODE_COMMANDS,
    ...IMAGE_COMMANDS,
    ...DOCTOR_COMMANDS,
    ...TOOL_COMMANDS,
  ],
};
