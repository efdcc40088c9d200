import { FileFollower, writeFileAs } from '@capsule/host';
import { findResolver, HOST_RESOLVERS } from './resolv-conf.ts';

export interface FollowResolverParts {
  /** The capsule's resolv.conf, on the host. It is a mount inside: written in place, never replaced. */
  readonly target: string;
  /** Told of what a person should know. */
  readonly say: (line: string) => void;
  readonly sources?: readonly [string, string];
}

/**
 * Keeps a capsule's resolvers those of the host, which change as a laptop goes from network to
 * network, until it is disposed.
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
    // The problem is told by whoever looks at the host.
    const follows = problem === undefined ? ', and those of the capsule with them' : '';
    say(`the resolvers of the host have changed${follows}`);
  };
  for (const path of sources) {
    const onFailure = (failure: unknown) => say(`${path} is not followed: ${String(failure)}`);
    await stack.use(new FileFollower({ path, onText: refresh, onFailure })).start();
  }
  return stack;
}
