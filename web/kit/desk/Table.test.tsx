import { startLanguages } from '../languages';
import { Problem } from '../problem';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, test, vi } from 'vitest';
import { PagedTable, Table } from './Table';
import { deskWords } from './words';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
vi.mock('@tanstack/react-router', () => ({ useRouter: () => ({ history: {} }), useLocation: () => ({ pathname: '/' }) }));
startLanguages(deskWords);

const say = deskWords.en as Record<string, string>;

interface Query {
  data: { pages: string[][] } | undefined;
  error: unknown;
  hasNextPage: boolean;
}

/** The table of a query that stands so, and how often it was asked for more and anew. */
async function shown(query: Query, isFiltered = false) {
  const place = document.createElement('div');
  const asked = { more: vi.fn(), anew: vi.fn() };
  const whole = {
    ...query,
    isError: query.error !== null,
    isFetchingNextPage: false,
    fetchNextPage: asked.more,
    refetch: asked.anew,
  };
  await act(async () =>
    createRoot(place).render(
      <PagedTable
        label="Letters"
        query={whole}
        rowsOf={page => page}
        rowKey={row => row}
        to={row => `/letters/${row}`}
        columns={[{ head: 'Letter', cell: row => row }]}
        isFiltered={isFiltered}
      />,
    ),
  );
  return { place, asked, text: place.textContent ?? '' };
}

test('rows of all pages are there, each a link that the keyboard reaches', async () => {
  const { place, text } = await shown({ data: { pages: [['a', 'b'], ['c']] }, error: null, hasNextPage: false });
  expect([...place.querySelectorAll('a')].map(one => one.getAttribute('href'))).toEqual([
    '#/letters/a',
    '#/letters/b',
    '#/letters/c',
  ]);
  expect(text).toContain('3 shown');
  expect(place.querySelector('button')).toBeNull();
});

test('a page may be empty and not be the last: it does not say that there is nothing', async () => {
  const { place, asked, text } = await shown({ data: { pages: [[]] }, error: null, hasNextPage: true }, true);
  expect(text).toContain(say['desk.look_further']);
  expect(text).not.toContain(say['desk.nothing_found']);
  await act(async () => place.querySelector('button')?.click());
  expect(asked.more).toHaveBeenCalledOnce();
});

test('nothing at all is told apart from nothing that matches', async () => {
  const none: Query = { data: { pages: [[]] }, error: null, hasNextPage: false };
  expect((await shown(none)).text).toContain(say['desk.nothing']);
  expect((await shown(none, true)).text).toContain(say['desk.nothing_found']);
});

test('a failure is told with the way to try again, and what was seen before stays', async () => {
  const error = new Problem(503, 'busy', 'busy');
  const { place, asked, text } = await shown({ data: undefined, error, hasNextPage: false });
  expect(text).toContain(say['problem.busy']);
  await act(async () => place.querySelector('button')?.click());
  expect(asked.anew).toHaveBeenCalledOnce();
  const stale = await shown({ data: { pages: [['a']] }, error, hasNextPage: false });
  expect(stale.text).toContain(say['problem.busy']);
  expect(stale.place.querySelectorAll('tbody tr')).toHaveLength(1);
});

test('a table without rows says so, and is no head without a body', async () => {
  const place = document.createElement('div');
  const columns = [{ head: 'Letter', cell: (row: string) => row }];
  const table = <Table label="Letters" rows={[]} rowKey={row => row} columns={columns} />;
  await act(async () => createRoot(place).render(table));
  expect(place.querySelector('table')).toBeNull();
  expect(place.textContent).toContain(say['desk.nothing']);
});
