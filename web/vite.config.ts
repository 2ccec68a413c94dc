// One configuration for all pages of this workspace; APP says which one is meant. Each has its own folder, its own
// HTML and its own files in dist/, and shares the kit.
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig, type PluginOption } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const app = process.env.APP ?? 'wallet';
/** Where the API answers while one develops: the mock, or a server. */
const api = process.env.API ?? 'http://127.0.0.1:8790';

/** The wallet can be installed. Its worker keeps the files of the wallet and nothing that the API says. */
const installable = (): PluginOption =>
  VitePWA({
    injectRegister: null,
    registerType: 'prompt',
    manifest: {
      name: '通宝 Tongbao',
      short_name: '通宝',
      description: '付款、收款、账单 · Pay, collect, bills',
      lang: 'zh-CN',
      start_url: './',
      scope: './',
      display: 'standalone',
      background_color: '#f6f2ec',
      theme_color: '#a8492a',
      icons: [
        { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
        { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
        { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
        { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      ],
    },
    workbox: {
      globPatterns: ['**/*.{js,css,html,svg,png}'],
      navigateFallback: 'index.html',
      // Its own page and nothing else: whatever lies deeper is asked of the server.
      navigateFallbackAllowlist: [/\/wallet\/(index\.html)?$/],
      cleanupOutdatedCaches: true,
      sourcemap: false,
    },
  });

export default defineConfig({
  root: at(app),
  base: './',
  resolve: { alias: { '@kit': at('kit') } },
  plugins: [react(), app === 'wallet' && installable()],
  build: {
    outDir: at(`dist/${app}`),
    emptyOutDir: true,
    target: 'es2022',
    // Every file has an address of its own: a strict policy knows where each comes from.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_100,
  },
  server: { proxy: { '/api': api, '/sandbox': api }, fs: { allow: [at('.')] } },
});
