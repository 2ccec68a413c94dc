// What the tests of screens share: somebody who looks, an API that answers as a test says, and a place for a screen.
import { Questions } from '@kit/desk/Questions';
import { startLanguages } from '@kit/languages';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { vi } from 'vitest';
import { MeContext } from './me';
import type { Me } from './told';
import { words } from './words';

/** Whoever looks, and somebody else. */
export const OWN = '2088100000000123';
export const OTHER = '2088100000000999';

/** Whoever looks, in a role with these acts. */
export const inRole = (role: string, ...acts: string[]): Me => ({
  user_id: OWN,
  role,
  active: true,
  everybody: false,
  acts: ['look', ...acts],
  sandbox: true,
  login: '138****0001',
});

/** An answer of the API. */
export const json = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** A page on which one screen is shown. */
export class Stage {
  /** What was looked at, and what was sent. */
  readonly looked: string[] = [];
  readonly sent: { path: string; body: unknown }[] = [];
  /** What the API answers to a look at a path, and to an act, which may throw. */
  look: (path: string) => object = () => ({});
  act: (path: string) => Response = () => json({});
  private root: Root | undefined;
  private client = new QueryClient();
  private place = document.createElement('div');

  constructor() {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    startLanguages(words);
    vi.spyOn(globalThis, 'fetch').mockImplementation(async asked => {
      const request = asked as Request;
      const path = decodeURIComponent(new URL(request.url).pathname.replace('/api/v1', ''));
      if (request.method === 'GET') {
        this.looked.push(path);
        return json(this.look(path));
      }
      this.sent.push({ path, body: await request.json() });
      return this.act(path);
    });
  }

  /** Lets everything happen that was begun. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await act(async () => new Promise(done => setTimeout(done, 0)));
    }
  }

  async show(screen: ReactNode, me: Me): Promise<void> {
    await this.leave();
    this.place = document.createElement('div');
    document.body.replaceChildren(this.place);
    this.root = createRoot(this.place);
    this.client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    await act(async () =>
      this.root?.render(
        <QueryClientProvider client={this.client}>
          <MeContext value={me}>{screen}</MeContext>
          <Questions />
        </QueryClientProvider>,
      ),
    );
    await this.settle();
  }

  /** What is shown is looked at anew, as it is from time to time. */
  async lookAgain(): Promise<void> {
    await act(async () => this.client.invalidateQueries());
    await this.settle();
  }

  async leave(): Promise<void> {
    await act(async () => this.root?.unmount());
    this.root = undefined;
  }

  /** Buttons with these words. */
  buttons(words: string | undefined): HTMLButtonElement[] {
    return [...this.place.querySelectorAll('button')].filter(one => one.textContent === words);
  }

  find<E extends HTMLElement>(what: string): E | undefined {
    return this.place.querySelector<E>(what) ?? undefined;
  }

  all(what: string): HTMLElement[] {
    return [...this.place.querySelectorAll<HTMLElement>(what)];
  }

  get text(): string {
    return this.place.textContent ?? '';
  }

  async press(button: HTMLElement | undefined): Promise<void> {
    await act(async () => button?.click());
    await this.settle();
  }

  /** Types into a field, as React hears it. */
  async type(field: HTMLInputElement | HTMLTextAreaElement | undefined, text: string): Promise<void> {
    await act(async () => {
      if (field) {
        const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
        Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, text);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    await this.settle();
  }
}
