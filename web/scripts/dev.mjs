// An app while one writes it, with the mock in the place of the platform: the wallet, or the one that APP names.
// API=http://… asks a real platform.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { startMock } from '../mock/server.mjs';

const PORT = 8790;

if (!process.env.API) {
  await startMock(PORT);
}
process.env.APP ??= 'wallet';
const server = await createServer({ configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)) });
await server.listen();
server.printUrls();
