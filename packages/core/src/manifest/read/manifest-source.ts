/** A file, or something that can be shown as one (`<stdin>`). */
export interface ManifestSource {
  readonly fileName: string;
  readonly content: string | Uint8Array;
}
