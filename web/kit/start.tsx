// Starts an app: its words, its cache, its way through the screens.
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider, type AnyRouter } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { startLanguages, type Language } from './languages';

interface App {
  words: Record<Language, Record<string, string>>;
  client: QueryClient;
  router: AnyRouter;
}

export function start({ words, client, router }: App): void {
  startLanguages(words);
  const place = document.getElementById('root');
  if (place) {
    createRoot(place).render(
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>,
    );
  }
}
