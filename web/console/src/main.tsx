// Starts the console.
import { startLanguages } from '@kit/languages';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { router } from './routes';
import { client } from './session';
import { words } from './words';
import '@kit/desk/desk.css';
import './style.css';

startLanguages(words);

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}
