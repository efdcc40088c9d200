import manifest from '../package.json' with { type: 'json' };

/** The version of this capsulectl. */
export const version: string = manifest.version;
