import { CAPSULE_FLAG, DEBUG_FLAG } from '../program/global-flags.ts';
import type { Program } from '../program/program.ts';
import { version } from '../version.ts';
import { COMMANDS } from './commands.ts';
import { HABITS } from './habits.ts';
import { IDENTITY_COMMANDS } from './identity-catalogue.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
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
  catalogues: {
    adoption: () => IDENTITY_COMMANDS,
    apply: () => ROOT_COMMANDS,
    cp: () => ROOT_COMMANDS,
    diff: () => ROOT_COMMANDS,
    events: () => ROOT_COMMANDS,
    image: () => IMAGE_COMMANDS,
    key: () => IDENTITY_COMMANDS,
    ls: () => WORKLOAD_COMMANDS,
    ps: () => WORKLOAD_COMMANDS,
    registry: () => REGISTRY_COMMANDS,
    rm: () => WORKLOAD_COMMANDS,
    update: () => UPDATE_COMMANDS,
    volume: () => VOLUME_COMMANDS,
    workload: () => WORKLOAD_COMMANDS,
    __complete: () => TOOL_COMMANDS,
  },
  get commands() {
    return COMMANDS;
  },
};
