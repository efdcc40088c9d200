export { demoRecipe, nginxRecipe } from './demo/web-server.ts';
export { type Claim, layersInUse, readClaim } from './embedded/claim/claim.ts';
export { hostNames } from './embedded/claim/host-names.ts';
export { hostPaths } from './embedded/claim/host-paths.ts';
export { lookAtHost } from './embedded/host/look-at-host.ts';
export { consoleLog } from './embedded/launch.ts';
export { enableForwarding } from './embedded/network/forwarding.ts';
export { connectNetwork } from './embedded/network/host-network.ts';
export {
  launcherLog,
  type Started,
  type StartRequest,
  startCapsule,
} from './embedded/start-capsule.ts';
export { isRunning, stopCapsule } from './embedded/stop-capsule.ts';
export { waitForApi } from './embedded/wait-for-api.ts';
export { buildSystem } from './machine/build-system.ts';
export { describeMachine } from './machine/describe-machine.ts';
export { emulationWords } from './machine/kernel-words.ts';
