import type { Command } from '../program/command.ts';
import { CAPSULE_COMMANDS } from './capsule-catalogue.ts';
import { CONTEXT_COMMANDS } from './context-catalogue.ts';
import { IDENTITY_COMMANDS } from './identity-catalogue.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
import { NODE_COMMANDS } from './node-catalogue.ts';
import { REGISTRY_COMMANDS } from './registry-catalogue.ts';
import { ROOT_COMMANDS } from './root-catalogue.ts';
import { TOOL_COMMANDS } from './tool-catalogue.ts';
import { UPDATE_COMMANDS } from './update-catalogue.ts';
import { VOLUME_COMMANDS } from './volume-catalogue.ts';
import { WORKLOAD_COMMANDS } from './workload-catalogue.ts';

/** Every command of capsulectl, in the order of its help. */
export const COMMANDS: readonly Command[] = [
  ...ROOT_COMMANDS,
  ...WORKLOAD_COMMANDS,
  ...IMAGE_COMMANDS,
  ...REGISTRY_COMMANDS,
  ...VOLUME_COMMANDS,
  ...NODE_COMMANDS,
  ...CAPSULE_COMMANDS,
  ...UPDATE_COMMANDS,
  ...IDENTITY_COMMANDS,
  ...CONTEXT_COMMANDS,
  ...TOOL_COMMANDS,
];
