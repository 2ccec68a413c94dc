import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@kit': fileURLToPath(new URL('kit', import.meta.url)) } },
  test: {
    environment: 'happy-dom',
    include: [
      'kit/**/*.test.{ts,tsx}',
      '{wallet,merchant,console,sandbox}/src/**/*.test.{ts,tsx}',
      'mock/*.test.mjs',
      'scripts/*.test.mjs',
    ],
  },
});
