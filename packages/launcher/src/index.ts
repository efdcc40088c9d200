export { demoRecipe, nginxRecipe } from './demo/web-server.ts';
export {
  type Claim,
  layersInUse,
  type PortProblem,
  readClaim,
  readClaims,
} from './embedded/claim.ts';
export { embeddedError } from './embedded/errors.ts';
export { enableForwarding } from './embedded/forwarding.ts';
export { hostError } from './embedded/host/host-errors.ts';
export { lookAtHost } from './embedded/host/look-at-host.ts';
export { type HostNames, hostNames } from './embedded/host-names.ts';
export { connectNetwork } from './embedded/host-network.ts';
export { type HostPaths, hostPaths, STATE_ROOT } from './embedded/host-paths.ts';
export { consoleLog } from './embedded/launch.ts';
export { type ListedCapsule, listCapsules } from './embedded/list-capsules.ts';
export {
  launcherLog,
  type Started,
  type StartRequest,
  startCapsule,
} from './embedded/start-capsule.ts';
export { isRunning, stopCapsule } from './embedded/stop-capsule.ts';
export { waitForApi } from './embedded/wait-for-api.ts';
