// Checks the types of each app by itself, with the kit: each has its own addresses, and the router knows one set of
// them in a program.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { meant } from './apps.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

for (const { name } of meant()) {
  const { status } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', `${name}/tsconfig.json`], {
    cwd: here,
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.exitCode = 1;
  }
}
