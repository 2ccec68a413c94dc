// Starts the wallet.
import { start } from '@kit/start';
import { router } from './routes';
import { client } from './session';
import { words } from './words';
import './style.css';

start({ words, client, router });

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without it the wallet works, but not without a connection.
  addEventListener('load', () => void navigator.serviceWorker.register('sw.js').catch(() => undefined));
}
