// Worlds and shops for the tests of `tongbao certify`: each its own process on a free port, ended by its own id.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const binary = path.resolve(process.env.TONGBAO_BIN ?? path.join(repository, 'target/release/tongbao'));
export const shopFolder = path.join(repository, 'examples/certify-shop');
const LIMIT_MS = 60_000;

/** Starts a program and gives its first line on standard output. */
async function begin(command, args, env) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  child.stderr.on('data', chunk => { said = (said + chunk).slice(-4000); });
  const end = new Promise(done => child.once('exit', done));
  const lines = createInterface({ input: child.stdout });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const line = await Promise.race([new Promise(done => lines.once('line', done)), end.then(() => undefined)]);
  clearTimeout(limit);
  assert.ok(line, `${command} did not start: ${said}`);
  return { line, said: () => said, stop: async () => { child.kill('SIGTERM'); await end; } };
}

/** A new world in memory; `declared` is the text of a world file. */
export async function startWorld(declared) {
  assert.ok(existsSync(binary), `${binary} does not exist; build it, or set TONGBAO_BIN`);
  const folder = mkdtempSync(path.join(tmpdir(), 'tongbao-certify-'));
  const args = ['up', '--ephemeral'];
  if (declared) {
    const file = path.join(folder, 'world.toml');
    writeFileSync(file, declared);
    args.push('--world', file);
  }
  const world = await begin(binary, args, {});
  const readyFile = path.join(folder, 'ready.json');
  writeFileSync(readyFile, world.line, { mode: 0o600 });
  return { readyFile, folder, stop: world.stop };
}

/** The sample shop, with bugs switched on or with lines of it replaced. */
export async function startShop(world, { bugs = '', change = [] } = {}) {
  let file = path.join(shopFolder, 'shop.mjs');
  if (change.length > 0) {
    const folder = mkdtempSync(path.join(world.folder, 'shop-'));
    symlinkSync(path.join(shopFolder, 'node_modules'), path.join(folder, 'node_modules'));
    const texts = { 'shop.mjs': '', 'money.mjs': '' };
    for (const name of Object.keys(texts)) {
      texts[name] = readFileSync(path.join(shopFolder, name), 'utf8');
    }
    for (const [from, to] of change) {
      const name = Object.keys(texts).find(one => texts[one].includes(from));
      assert.ok(name, `the shop has no line \`${from}\` any more`);
      texts[name] = texts[name].replaceAll(from, to);
    }
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(path.join(folder, name), text);
    }
    file = path.join(folder, 'shop.mjs');
  }
  const shop = await begin(process.execPath, [file],
    { TONGBAO_READY: world.readyFile, PORT: '0', SHOP_BUGS: bugs });
  return { url: shop.line, said: shop.said, stop: shop.stop };
}

/** Runs certify to its end: {code, out, junit, page, findings, verdicts}. */
export async function certify(world, url, args = []) {
  const folder = mkdtempSync(path.join(world.folder, 'run-'));
  const [junitFile, pageFile] = ['junit.xml', 'page.html'].map(name => path.join(folder, name));
  const child = spawn(binary, ['certify', '--target', url, '--ready', world.readyFile, '--junit', junitFile,
    '--page', pageFile, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', chunk => { out += chunk; });
  child.stderr.on('data', chunk => { out += chunk; });
  const limit = setTimeout(() => child.kill('SIGKILL'), 5 * LIMIT_MS);
  const code = await new Promise(done => child.once('close', done));
  clearTimeout(limit);
  const written = file => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const [junit, page] = [written(junitFile), written(pageFile)];
  const verdicts = {};
  for (const [, name, inside] of junit.matchAll(/<testcase [^>]*? name="([^"]+)"[^>]*>(.*?)<\/testcase>/gs)) {
    verdicts[name] = /<failure type="([^"]+)"/.exec(inside)?.[1]
      ?? (/<skipped/.test(inside) ? 'skipped' : /<error/.test(inside) ? 'inconclusive' : 'passed');
  }
  const findings = [...page.matchAll(/id="finding-([a-z-]+)"/g)].map(([, cause]) => cause);
  return { code, out, junit, page, verdicts, findings };
}
