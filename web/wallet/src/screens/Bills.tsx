// /bills: all bills, newest first, by kind and by words; the filter is in the address.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { Bill } from '@kit/api/shapes';
import { monthOf } from '@kit/moments';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button, InfiniteScroll, PullToRefresh } from 'antd-mobile';
import { CloseOutline, SearchOutline } from 'antd-mobile-icons';
import { useState } from 'react';
import { BillRow } from '../parts/BillRow';
import { Choice } from '../parts/Choice';
import { Page } from '../parts/Page';
import { Empty, Failed, Loading, Stale } from '../parts/states';
import { BILL_KINDS, billsQuery, refreshMoney, type BillKind } from '../queries';
import { useShown } from '../shown';

const route = getRouteApi('/shell/bills');

function Search({ words, onWords }: { words: string; onWords: (words: string) => void }) {
  const { say } = useShown();
  const [typed, setTyped] = useState(words);
  return (
    <form
      role="search"
      className="search"
      onSubmit={event => {
        event.preventDefault();
        onWords(typed.trim());
      }}
    >
      <input
        type="search"
        name="q"
        autoComplete="off"
        aria-label={say('bills.search')}
        placeholder={say('bills.search')}
        value={typed}
        onChange={event => setTyped(event.target.value)}
      />
      {words && (
        <button
          type="button"
          className="icon"
          aria-label={say('bills.clear')}
          onClick={() => {
            setTyped('');
            onWords('');
          }}
        >
          <CloseOutline aria-hidden />
        </button>
      )}
      <button type="submit" className="icon" aria-label={say('bills.search_go')}>
        <SearchOutline aria-hidden />
      </button>
    </form>
  );
}

/** Bills of one month under its name. */
function byMonth(bills: readonly Bill[]): [string, Bill[]][] {
  const months = new Map<string, Bill[]>();
  for (const bill of bills) {
    const month = monthOf(bill.at);
    months.set(month, [...(months.get(month) ?? []), bill]);
  }
  return [...months];
}

export function List({ kind, words }: { kind: BillKind | ''; words: string }) {
  const { say, month } = useShown();
  const bills = useInfiniteQuery(billsQuery(kind, words));
  const found = bills.data?.pages.flatMap(page => page.bills);
  if (!found) {
    return bills.isError ? <Failed thrown={bills.error} again={() => void bills.refetch()} /> : <Loading lines={8} />;
  }
  // A search looks at so many bills at a time: a page without any may have a next one.
  if (found.length === 0 && !bills.hasNextPage) {
    return <Empty words={say(kind || words ? 'bills.none_found' : 'bills.none')} />;
  }
  return (
    <>
      {bills.isError && <Stale thrown={bills.error} again={() => void bills.refetch()} />}
      {byMonth(found).map(([name, list]) => (
        <section key={name} className="panel list" aria-labelledby={`month-${name}`}>
          <h2 id={`month-${name}`}>{month(name)}</h2>
          <ul>
            {list.map(bill => (
              <BillRow key={bill.no} bill={bill} />
            ))}
          </ul>
        </section>
      ))}
      <InfiniteScroll
        hasMore={bills.hasNextPage && !bills.isError}
        loadMore={async () => void (await bills.fetchNextPage())}
      >
        {bills.hasNextPage ? (
          <Button loading={bills.isFetchingNextPage} onClick={() => void bills.fetchNextPage()}>
            {say('bills.more')}
          </Button>
        ) : (
          <span>{say('bills.end')}</span>
        )}
      </InfiniteScroll>
    </>
  );
}

export function Bills() {
  const { say } = useShown();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { kind = '', q = '' } = route.useSearch();
  const show = (next: { kind: BillKind | ''; q: string }) =>
    navigate({
      to: '/bills',
      search: { ...(next.kind ? { kind: next.kind } : {}), ...(next.q ? { q: next.q } : {}) },
      replace: true,
    });
  const beside = (
    <>
      <Link to="/bills/months" className="link">
        {say('bills.months')}
      </Link>
      <Link to="/export" className="link">
        {say('bills.export')}
      </Link>
    </>
  );
  const words = {
    pulling: say('pull'),
    canRelease: say('pull_let_go'),
    refreshing: say('loading'),
    complete: say('pull_done'),
  };
  return (
    <Page title={say('bills.title')} beside={beside}>
      <Search words={q} onWords={next => void show({ kind, q: next })} />
      <Choice
        label={say('bills.filter')}
        isPlain
        value={kind}
        onValue={next => void show({ kind: next, q })}
        options={[
          { value: '', label: say('all') },
          ...BILL_KINDS.map(value => ({ value, label: say(`bill.kind.${value}`) })),
        ]}
      />
      <PullToRefresh onRefresh={async () => refreshMoney(client)} renderText={status => words[status]}>
        <List kind={kind} words={q} />
      </PullToRefresh>
    </Page>
  );
}
