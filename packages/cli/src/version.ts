import manifest from '../package.json' with { type: 'json' };

/** The version of these programs. */
export const version: string = manifest.version;
