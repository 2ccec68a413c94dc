// Builds every page of the workspace into dist/, and lays compressed copies beside the files, so that no server has to
// compress anything.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { meant } from './apps.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
/** What grows smaller. Pictures are compressed already. */
const TEXT = /\.(html|js|css|svg|wasm|webmanifest|json)$/;
/** Below this a copy costs more than it saves. */
const BYTES_MIN = 512;

async function filesOf(folder) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter(entry => entry.isFile()).map(entry => path.join(entry.parentPath ?? entry.path, entry.name));
}

async function compressed(file) {
  const plain = await readFile(file);
  if (plain.length < BYTES_MIN) {
    return;
  }
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  const copies = {
    br: await promisify(brotliCompress)(plain, { params }),
    gz: await promisify(gzip)(plain, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [ending, bytes] of Object.entries(copies)) {
    if (bytes.length < plain.length) {
      await writeFile(`${file}.${ending}`, bytes);
    }
  }
}

for (const { name: app } of meant()) {
  process.env.APP = app;
  const { build } = await import('vite');
  await build({ configFile: path.join(here, 'vite.config.ts') });
  for (const file of await filesOf(path.join(here, 'dist', app))) {
    if (TEXT.test(file)) {
      await compressed(file);
    }
  }
}
