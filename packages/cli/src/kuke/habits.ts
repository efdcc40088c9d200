const DAEMON =
  'capsuled manages itself here: `capsulectl capsule info` shows its state, and `capsulectl capsule logs` its log';
const APPLY = 'write a manifest, then run `kuke apply -f FILE`';

/** Commands of other programs, and of the public kuke, each with what takes its place here. */
export const HABITS: Readonly<Record<string, string>> = {
  daemon: DAEMON,
  uninstall:
    'a capsule is a whole system: there is nothing to uninstall; `kuke purge realm NAME` removes a realm',
  attach:
    'attach is not supported yet: `kuke log -f NAME` follows the output, `kuke exec -t NAME sh` opens a shell',
  run: 'run is not supported yet: `kuke create cell NAME --image IMAGE` starts a container in a cell of its own',
  'create secret': 'secrets are not supported yet: set the value with --env',
  'get secret': 'secrets are not supported yet',
  'get secrets': 'secrets are not supported yet',
  'delete secret': 'secrets are not supported yet',
  secret: 'secrets are not supported yet: set the value with --env',
  'create volume': 'did you mean `capsulectl volume create NAME`?',
  'get volume': 'did you mean `capsulectl volume list`?',
  'get volumes': 'did you mean `capsulectl volume list`?',
  'get image': 'did you mean `kuke image get`?',
  'get images': 'did you mean `kuke image get`?',
  'get blueprint': `blueprints do not exist here: ${APPLY}`,
  'get config': `configs do not exist here: ${APPLY}`,
  'create blueprint': `blueprints do not exist here: ${APPLY}`,
  'create config': `configs do not exist here: ${APPLY}`,
  'create registry-credential': 'did you mean `capsulectl registry login`?',
  build: 'build the image with docker or podman, then run `docker save IMAGE | kuke image load -`',
  team: APPLY,
  ps: 'did you mean `kuke get cells`?',
  ls: 'did you mean `kuke get cells`?',
  describe: 'did you mean `kuke get cell NAME -o yaml`?',
  inspect: 'did you mean `kuke get cell NAME -o yaml`?',
  edit: 'change the manifest and apply it again; `kuke get cell NAME -o yaml > FILE` saves it',
};
