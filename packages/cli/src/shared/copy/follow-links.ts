import { copyError } from './errors.ts';
import { barePath, parentOf, type Standing } from './plan-copy.ts';

/** The state of a path: an entry, or a link that leads to a file or to nothing. */
export type Look = Standing | { readonly link: string };

export interface Target {
  readonly path: string;
  readonly is: Standing;
}

/** As the kernel has it. */
const LINKS_MOST = 40;

/**
 * Follows the links of a target that a person wrote, also to a file that is yet to be made, as `docker cp`
 * does. Links in an archive are never followed. Fails with `COPY_LINK_UNUSABLE`.
 */
export async function followLinks(
  path: string,
  look: (path: string) => Promise<Look>,
): Promise<Target> {
  let at = path;
  for (let count = 0; count <= LINKS_MOST; count += 1) {
    const seen = await look(at);
    if (seen === 'nothing') return { path: at, is: await behindSlash(at, look) };
    if (typeof seen === 'string') return { path: at, is: seen };
    if (seen.link.includes('\ufffd')) {
      throw copyError.LINK_UNUSABLE({ path: at, reason: 'it leads to a name that is not UTF-8' });
    }
    at = seen.link.startsWith('/') ? seen.link : inFolder(parentOf(at), seen.link);
  }
  throw copyError.LINK_UNUSABLE({ path, reason: 'there are too many levels of links' });
}

/** The kernel finds nothing either where a slash follows the name of a file: that file is in the way. */
async function behindSlash(
  path: string,
  look: (path: string) => Promise<Look>,
): Promise<Exclude<Standing, 'folder'>> {
  const bare = barePath(path);
  const seen = bare === path ? 'nothing' : await look(bare);
  return seen === 'file' || seen === 'special' ? seen : 'nothing';
}

/** Not made shorter: `..` behind a link is for the kernel to follow. */
function inFolder(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
