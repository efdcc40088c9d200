export { demoRecipe, nginxRecipe } from './demo/web-server.ts';
export { type Claim, layersInUse, readClaim } from './embedded/claim.ts';
export { enableForwarding } from './embedded/forwarding.ts';
export { lookAtHost } from './embedded/host/look-at-host.ts';
export { hostNames } from './embedded/host-names.ts';
export { connectNetwork } from './embedded/host-network.ts';
export { hostPaths } from './embedded/host-paths.ts';
export { consoleLog } from './embedded/launch.ts';
export {
  launcherLog,
  type Started,
  type StartRequest,
  startCapsule,
} from './embedded/start-capsule.ts';
export { isRunning, stopCapsule } from './embedded/stop-capsule.ts';
export { waitForApi } from './embedded/wait-for-api.ts';
