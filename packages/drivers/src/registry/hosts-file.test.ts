import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ContainerdHosts } from './containerd-hosts.ts';
import { describeHosts, MARK } from './hosts-file.ts';

const PLAIN = {
  name: 'registry.home:5000',
  mirrors: [],
  plainHttp: false,
  insecure: false,
  caCertificate: '',
};

test('mirrors are asked first, and the registry itself at last', () => {
  const mirrors = ['https://mirror.home', 'http://192.0.2.1:5000'];
  const text = describeHosts({ ...PLAIN, mirrors }, '/ca');
  assert.equal(
    text,
    `${MARK}
server = "https://registry.home:5000"

[host."https://mirror.home"]
  capabilities = ["pull", "resolve"]

[host."http://192.0.2.1:5000"]
  capabilities = ["pull", "resolve"]
`,
  );
});

test('trust is for the registry and its mirrors, and HTTP for who is declared so', () => {
  const own = describeHosts({ ...PLAIN, caCertificate: 'PEM' }, '/x/ca.crt');
  assert.match(own, /\[host\."https:\/\/registry\.home:5000"\]\n.*\n {2}ca = "\/x\/ca\.crt"/);
  const open = describeHosts({ ...PLAIN, insecure: true }, '/ca');
  assert.match(open, /\[host\."https:\/\/registry\.home:5000"\]\n.*\n {2}skip_verify = true/);
  const plain = describeHosts({ ...PLAIN, plainHttp: true }, '/ca');
  assert.equal(plain, `${MARK}\nserver = "http://registry.home:5000"\n`);
});

test('Docker Hub is asked where it is', () => {
  const text = describeHosts({ ...PLAIN, name: 'docker.io', insecure: true }, '/ca');
  assert.match(text, /\[host\."https:\/\/registry-1\.docker\.io"\]/);
  assert.doesNotMatch(describeHosts({ ...PLAIN, name: 'docker.io' }, '/ca'), /server/);
});

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'capsule-hosts-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('the folder holds what is declared, and goes with it', async (t) => {
  const path = await folder(t);
  const hosts = new ContainerdHosts(path);
  const other = { ...PLAIN, name: 'ghcr.io', caCertificate: 'PEM' };
  await hosts.declare([PLAIN, other]);
  await hosts.declare([PLAIN, other]);
  assert.deepEqual((await readdir(join(path, 'ghcr.io'))).sort(), ['capsule-ca.crt', 'hosts.toml']);
  await hosts.declare([{ ...other, caCertificate: '' }]);
  assert.deepEqual(await readdir(path), ['ghcr.io']);
  assert.deepEqual(await readdir(join(path, 'ghcr.io')), ['hosts.toml']);
  await hosts.declare([]);
  assert.deepEqual(await readdir(path), []);
});

test('what a person wrote stays, and wins', async (t) => {
  const path = await folder(t);
  const file = join(path, PLAIN.name, 'hosts.toml');
  await mkdir(join(path, PLAIN.name));
  await writeFile(file, 'server = "http://mine"\n');
  const hosts = new ContainerdHosts(path);
  assert.ok(await hosts.isHandMade(PLAIN.name));
  await hosts.declare([PLAIN]);
  await hosts.declare([]);
  assert.equal(await readFile(file, 'utf8'), 'server = "http://mine"\n');
});
