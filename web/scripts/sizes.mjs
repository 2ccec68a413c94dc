// What the first screen of each app loads, compressed, and whether it is more than it may be: the page, the scripts
// and styles that it names, and what those cannot do without.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { meant } from './apps.mjs';

const kb = bytes => `${(bytes / 1_000).toFixed(1)} KB`;

/** What the first load of an app is made of: names and bytes after gzip. */
async function firstLoad(dist) {
  const loaded = new Map();
  async function load(name) {
    if (loaded.has(name)) {
      return;
    }
    const bytes = await readFile(path.join(dist, name));
    loaded.set(name, gzipSync(bytes, { level: 9 }).length);
    // `import … from "./x.js"` is needed at once; `import("./x.js")` is not.
    const needed = name.endsWith('.js')
      ? bytes.toString('utf8').matchAll(/(?:from|import)\s*["'](\.\/[^"']+\.js)["']/g)
      : [];
    for (const [, other] of needed) {
      await load(path.posix.join(path.posix.dirname(name), other));
    }
  }
  const html = await readFile(path.join(dist, 'index.html'), 'utf8');
  await load('index.html');
  for (const [, name] of html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)) {
    await load(name);
  }
  return loaded;
}

for (const { name, firstLoadKbMax } of meant()) {
  const loaded = await firstLoad(fileURLToPath(new URL(`../dist/${name}/`, import.meta.url)));
  const total = [...loaded.values()].reduce((sum, size) => sum + size, 0);
  for (const [file, size] of loaded) {
    console.log(`${kb(size).padStart(10)}  ${file}`);
  }
  console.log(`${kb(total).padStart(10)}  first load of ${name}, gzip; at most ${firstLoadKbMax} KB`);
  if (total > firstLoadKbMax * 1_000) {
    console.error(`The first load of ${name} is too large: load what it does not need later.`);
    process.exitCode = 1;
  }
}
