/** Returns the mount of a folder's filesystem if that is noexec, else undefined; see proc_pid_mountinfo(5). */
export function noexecMountOf(folder: string, mountInfo: string): string | undefined {
  const mounts = mountInfo.split('\n').flatMap((line) => {
    const [, , , , path, options] = line.split(' ');
    return path === undefined || options === undefined ? [] : [{ path: unescaped(path), options }];
  });
  const above = mounts.filter(({ path }) => isBelow(folder, path));
  const longest = Math.max(...above.map(({ path }) => path.length));
  // The last mount at a path covers the others.
  const own = above.findLast(({ path }) => path.length === longest);
  return own?.options.split(',').includes('noexec') ? own.path : undefined;
}

function isBelow(folder: string, path: string): boolean {
  return path === '/' || folder === path || folder.startsWith(`${path}/`);
}

/** Octal, as the kernel writes blanks and backslashes. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}
