// Starts the page for developers.
import { start } from '@kit/start';
import { client } from './queries';
import { router } from './routes';
import { words } from './words';
import '@kit/desk/desk.css';
import './style.css';

start({ words, client, router });
