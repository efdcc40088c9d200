import { CAPSULE_FLAG, DEBUG_FLAG } from '../program/global-flags.ts';
import type { Program } from '../program/program.ts';
import { version } from '../version.ts';
import { TOOL_COMMANDS } from './tool-catalogue.ts';

/** The program for realms, spaces, stacks, cells and containers, on the capsule itself. */
export const KUKE: Program = {
  name: 'kuke',
  version,
  summary: 'Runs containers in cells on this capsule.',
  nouns: {},
  habits: {},
  globalFlags: [CAPSULE_FLAG, DEBUG_FLAG],
  commands: [...TOOL_COMMANDS],
};
