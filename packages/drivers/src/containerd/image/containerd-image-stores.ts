import type { ImageStore, ImageStores, RealmNamespaces } from '@capsule/core';
import type { ContainerdConnection } from '../client/containerd-connection.ts';
import { PerRealm } from '../realm/per-realm.ts';
import { ContainerdImages, type ContainerdImagesOptions } from './containerd-images.ts';

/**
 * The image caches of all realms. A realm sees its own images only. containerd stores each blob once for all
 * namespaces, and a pull fetches none that another realm has (its `content_sharing_policy` is `shared`).
 */
export class ContainerdImageStores implements ImageStores {
  readonly #stores: PerRealm<ImageStore>;

  constructor(
    connection: ContainerdConnection,
    realms: RealmNamespaces,
    options: ContainerdImagesOptions = {},
  ) {
    this.#stores = new PerRealm(
      realms,
      (realm) => new ContainerdImages(connection.in(realm), options),
    );
  }

  of(realm: string): ImageStore {
    return this.#stores.of(realm);
  }
}
