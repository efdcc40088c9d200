import type { Command } from '../program/command.ts';
import { doctorCommands } from '../shared/catalogue/doctor-commands.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
import { NODE_COMMANDS } from './node-catalogue.ts';
import { DELETE_COMMANDS, ROOT_COMMANDS } from './root-catalogue.ts';
import { TOOL_COMMANDS } from './tool-catalogue.ts';

const DOCTOR_COMMANDS = doctorCommands({ program: 'sudo kuke', noun: [] });

/** Every command of kuke, in the order of its help. */
export const COMMANDS: readonly Command[] = [
  ...ROOT_COMMANDS,
  ...NODE_COMMANDS,
  ...DELETE_COMMANDS,
  ...IMAGE_COMMANDS,
  ...DOCTOR_COMMANDS,
  ...TOOL_COMMANDS,
];
