// @vitest-environment node
// The program takes in every app that is built here, and no other.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { APPS } from './apps.mjs';

const at = name => new URL(`../${name}`, import.meta.url);

test('the program knows the first page of each app', () => {
  const source = readFileSync(at('../crates/face/build.rs'), 'utf8');
  const [, listed] = /const FIRST_PAGES: .*=\s*\[([^\]]+)\];/.exec(source);
  const pages = [...listed.matchAll(/"([^"]+)"/g)].map(([, page]) => page);
  expect(pages).toEqual(APPS.map(({ name }) => `${name}/index.html`));
  expect(source).toContain(`const FIRST_PAGES: [&str; ${APPS.length}]`);
});

test('each app has a page, types and a limit', () => {
  for (const { name, firstLoadKbMax } of APPS) {
    expect(existsSync(at(`${name}/index.html`)), name).toBe(true);
    expect(existsSync(at(`${name}/tsconfig.json`)), name).toBe(true);
    expect(firstLoadKbMax).toBeGreaterThan(0);
  }
});
