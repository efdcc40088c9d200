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

test('mirrors are listed first and the registry itself last', () => {
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

test('trust applies to the registry and its mirrors, and HTTP only where it is declared', () => {
  const own = describeHosts({ ...PLAIN, caCertificate: 'PEM' }, '/x/ca.crt');
  assert.match(own, /^server = "https:\/\/registry\.home:5000"\nca = "\/x\/ca\.crt"$/m);
  const open = describeHosts({ ...PLAIN, insecure: true }, '/ca');
  assert.match(open, /^server = "https:\/\/registry\.home:5000"\nskip_verify = true$/m);
  const plain = describeHosts({ ...PLAIN, plainHttp: true }, '/ca');
  assert.equal(plain, `${MARK}\nserver = "http://registry.home:5000"\n`);
});

test('Docker Hub gets no server line, because containerd knows its address', () => {
  const text = describeHosts({ ...PLAIN, name: 'docker.io', insecure: true }, '/ca');
  assert.equal(text, `${MARK}\nskip_verify = true\n`);
});

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'capsule-hosts-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('the folder holds the declared registries and loses those that are removed', async (t) => {
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

test("an operator's hosts.toml stays unchanged, and takes precedence", async (t) => {
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

test('a registry that cannot be declared does not prevent the others', async (t) => {
  const path = await folder(t);
  const hosts = new ContainerdHosts(path);
  await writeFile(join(path, 'a.home'), 'a file where its folder would be');
  const names = ['a.home', PLAIN.name, 'z.home'];
  const failures = await hosts.declare(names.map((name) => ({ ...PLAIN, name })));
  assert.deepEqual([...failures.keys()], ['a.home']);
  assert.deepEqual(await readdir(join(path, PLAIN.name)), ['hosts.toml']);
  assert.deepEqual(await readdir(join(path, 'z.home')), ['hosts.toml']);
});

test('certificates, a folder of the other name and one in place of the file count as hand-made too', async (t) => {
  const path = await folder(t);
  const hosts = new ContainerdHosts(path);
  await mkdir(join(path, 'certs.home'));
  await writeFile(join(path, 'certs.home/ca.crt'), 'PEM');
  await mkdir(join(path, 'other.home_5000_'));
  await mkdir(join(path, 'odd.home/hosts.toml'), { recursive: true });
  for (const name of ['certs.home', 'other.home:5000', 'odd.home']) {
    assert.ok(await hosts.isHandMade(name), name);
    await hosts.declare([PLAIN, { ...PLAIN, name }]);
  }
  assert.ok(!(await hosts.isHandMade(PLAIN.name)));
  assert.deepEqual(await readdir(join(path, 'certs.home')), ['ca.crt']);
});

test('the next start removes files that a kill left half removed or half written', async (t) => {
  const path = await folder(t);
  const hosts = new ContainerdHosts(path);
  const own = join(path, PLAIN.name);
  await hosts.declare([{ ...PLAIN, caCertificate: 'PEM' }]);
  await rm(join(own, 'capsule-ca.crt'));
  await writeFile(join(own, 'hosts.toml.new'), 'half');
  await hosts.declare([]);
  assert.deepEqual(await readdir(path), []);
});

test("the file that marks a folder as capsuled's is removed last", async (t) => {
  const path = await folder(t);
  const hosts = new ContainerdHosts(path);
  await hosts.declare([PLAIN]);
  // A folder cannot be removed as a file, as if the removal were cut off there.
  await mkdir(join(path, PLAIN.name, 'capsule-ca.crt'));
  assert.deepEqual([...(await hosts.declare([])).keys()], [PLAIN.name]);
  assert.ok((await readdir(join(path, PLAIN.name))).includes('hosts.toml'));
});
