// Starts the merchant's desk.
import { start } from '@kit/start';
import { router } from './routes';
import { client } from './session';
import { words } from './words';
import '@kit/desk/desk.css';
import './style.css';

start({ words, client, router });
