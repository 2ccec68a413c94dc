// Starts demo shops of examples/shop, each a process of its own, for the tests that visit them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../examples/shop/shop.mjs');

/** Shops over one platform, and the folder that their books lie in. */
export class Shops {
  #stops = [];

  constructor(ready) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'tongbao-shop-'));
    writeFileSync(path.join(this.folder, 'ready.json'), JSON.stringify(ready), { mode: 0o600 });
  }

  /** Starts one; `file` is its order book, `more` what else it finds in its environment. */
  async start(file, more = {}) {
    const { SHOP_URL: _url, SHOP_PAY_SECONDS: _seconds, ...env } = process.env;
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env,
      TONGBAO_READY: path.join(this.folder, 'ready.json'), PORT: '0', SHOP_FILE: path.join(this.folder, file),
      ...more } });
    let said = '';
    child.stderr.on('data', chunk => { said += chunk; });
    const end = new Promise(done => child.once('exit', done));
    const lines = createInterface({ input: child.stdout });
    const url = await Promise.race([new Promise(done => lines.once('line', done)), end.then(() => undefined)]);
    assert.ok(url, `the shop did not start (npm ci in examples/shop?): ${said}`);
    const stop = async (signal = 'SIGTERM') => {
      child.kill(signal);
      await end;
    };
    this.#stops.push(stop);
    return { url, stop };
  }

  /** Stops them all, and forgets their books. */
  async end() {
    await Promise.all(this.#stops.map(stop => stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
