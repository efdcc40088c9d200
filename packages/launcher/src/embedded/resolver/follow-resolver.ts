import { FileFollower, writeFileAs } from '@capsule/host';
import { findResolver, HOST_RESOLVERS } from './resolv-conf.ts';

export interface FollowResolverParts {
  /** The capsule's resolv.conf, on the host. It is a mount inside: written in place, never replaced. */
  readonly target: string;
  /** Logs one line for the operator. */
  readonly say: (line: string) => void;
  readonly sources?: readonly [string, string];
}

/**
 * Keeps a capsule's resolvers equal to the host's, which change as a laptop moves between
 * networks, until it is disposed.
 */
export async function followResolver({
  target,
  say,
  sources = HOST_RESOLVERS,
}: FollowResolverParts): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  let written = (await findResolver(sources)).content;
  const refresh = async () => {
    const { content, problem } = await findResolver(sources);
    if (content === written) return;
    written = content;
    await writeFileAs(target, content, 0o644);
    // The watch of the host reports the problem.
    const follows = problem === undefined ? '; the capsule uses the new ones' : '';
    say(`the resolvers of the host have changed${follows}`);
  };
  for (const path of sources) {
    const onFailure = (failure: unknown) =>
      say(`changes of ${path} cannot be read: ${String(failure)}`);
    await stack.use(new FileFollower({ path, onText: refresh, onFailure })).start();
  }
  return stack;
}
