import manifest from '../package.json' with { type: 'json' };

/** The version of this capsuled. */
export const version: string = manifest.version;
