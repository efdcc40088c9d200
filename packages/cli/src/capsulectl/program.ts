import { CAPSULE_FLAG, DEBUG_FLAG } from '../program/global-flags.ts';
import type { Program } from '../program/program.ts';
import { version } from '../version.ts';
import { CAPSULE_COMMANDS } from './capsule-catalogue.ts';
import { CONTEXT_COMMANDS } from './context-catalogue.ts';
import { HABITS } from './habits.ts';
import { IDENTITY_COMMANDS } from './identity-catalogue.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
import { NODE_COMMANDS } from './node-catalogue.ts';
import { REGISTRY_COMMANDS } from './registry-catalogue.ts';
import { ROOT_COMMANDS } from './root-catalogue.ts';
import { TOOL_COMMANDS } from './tool-catalogue.ts';
import { UPDATE_COMMANDS } from './update-catalogue.ts';
import { VOLUME_COMMANDS } from './volume-catalogue.ts';
import { WORKLOAD_COMMANDS } from './workload-catalogue.ts';

/** The program with which people talk to a capsule from anywhere. */
export const CAPSULECTL: Program = {
  name: 'capsulectl',
  version,
  summary: 'Runs workloads on a capsule.',
  nouns: {
    workload: 'containers and microVMs',
    image: "the capsule's image cache",
    registry: 'the registries of images, and their logins',
    volume: 'storage that outlives workloads',
    realm: 'containerd namespaces, with spaces',
    space: 'networks, with stacks',
    stack: 'groups of cells',
    cell: 'containers that share an address',
    container: 'the containers of cells',
    capsule: 'the capsule itself',
    update: 'versions of the system',
    key: 'the keys that may use the capsule',
    adoption: 'how a capsule gets its first key',
    context: 'the capsules that this operator adopted',
  },
  habits: HABITS,
  globalFlags: [CAPSULE_FLAG, DEBUG_FLAG],
  commands: [
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
  ],
};
