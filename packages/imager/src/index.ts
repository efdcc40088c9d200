export { bundleProgram } from './bundle/bundle-program.ts';
export { Cache, type CacheEntry } from './cache/cache.ts';
export { digestOf, digestOfFiles } from './cache/digest.ts';
export { findDebianArchive } from './debian/host-apt.ts';
export { packCpio } from './disk/cpio.ts';
export { fetchKernel, type Kernel, readModules } from './disk/kernel.ts';
export { buildRootDisk } from './disk/root-disk.ts';
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
export { consoleLog } from './embedded/launch.ts';
export { type ListedCapsule, listCapsules } from './embedded/list-capsules.ts';
export { type Places, placesOf, STATE_ROOT } from './embedded/places.ts';
export {
  launcherLog,
  type Started,
  type StartRequest,
  startCapsule,
} from './embedded/start-capsule.ts';
export { isRunning, stopCapsule } from './embedded/stop-capsule.ts';
export { waitForApi } from './embedded/wait-for-api.ts';
export { type BuiltImage, buildImage } from './image/build-image.ts';
export { writeOciLayout } from './image/oci-layout.ts';
export type { ImageRecipe } from './image/recipe.ts';
export * from './image/recipes.ts';
export { capsuleProfile } from './profiles/capsule.ts';
export type { Progress } from './progress.ts';
export { buildRootfs, type Rootfs } from './rootfs/build-rootfs.ts';
export { copyNativePrograms } from './rootfs/native-layer.ts';
export { renderSizes } from './rootfs/render-sizes.ts';
