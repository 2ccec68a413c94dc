// /notices: what somebody should know, day by day, and the way to each. Opening it is having seen it; what was new when
// it was opened stays marked until it is left.
import type { Notice } from '@kit/api/shapes';
import { dayOf } from '@kit/moments';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, InfiniteScroll } from 'antd-mobile';
import { useEffect, useState } from 'react';
import { NoticeRow } from '../parts/NoticeRow';
import { Page } from '../parts/Page';
import { Empty, Failed, Loading, Stale } from '../parts/states';
import { meQuery, noticesQuery } from '../queries';
import { keepSeen, newOf, seenBy } from '../seen';
import { useShown } from '../shown';

/** Notices of one day under its name. */
export function byDay(notices: readonly Notice[]): [string, Notice[]][] {
  const days = new Map<string, Notice[]>();
  for (const notice of notices) {
    const day = dayOf(notice.at);
    days.set(day, [...(days.get(day) ?? []), notice]);
  }
  return [...days];
}

/** Which are new to this session, as it was when the screen was opened; keeps that they are seen. Where it was shown
 *  nothing before, all are, and none is marked. */
function useNew(session: string, notices: readonly Notice[] | undefined): Set<string> {
  const [seen] = useState(() => seenBy(session));
  const newest = notices?.[0];
  useEffect(() => {
    if (newest) {
      keepSeen(session, newest);
    }
  }, [session, newest]);
  return seen ? newOf(notices ?? [], seen) : new Set();
}

export function NoticeList({ session }: { session: string }) {
  const { say, day } = useShown();
  const query = useInfiniteQuery(noticesQuery);
  const pages = query.data?.pages;
  const found = pages?.flatMap(page => page.notices);
  const isNew = useNew(session, found);
  if (!found) {
    return query.isError ? <Failed thrown={query.error} again={() => void query.refetch()} /> : <Loading lines={8} />;
  }
  const stopped = pages?.[0]?.payments_stopped_by ?? 'none';
  return (
    <>
      {query.isError && <Stale thrown={query.error} again={() => void query.refetch()} />}
      {stopped !== 'none' && (
        <Link to="/security" className="note bad">
          <span>{say(stopped === 'owner' ? 'home.stopped' : 'security.stopped_by_operator')}</span>
          <span className="link">{say('home.stopped_go')}</span>
        </Link>
      )}
      {found.length === 0 && <Empty words={say('notices.none')} />}
      {byDay(found).map(([name, list]) => (
        <section key={name} className="panel list" aria-labelledby={`day-${name}`}>
          <h2 id={`day-${name}`}>{day(`${name}T12:00:00+08:00`)}</h2>
          <ul>
            {list.map(notice => (
              <NoticeRow key={notice.id} notice={notice} isNew={isNew.has(notice.id)} />
            ))}
          </ul>
        </section>
      ))}
      {found.length > 0 && (
        <InfiniteScroll
          hasMore={query.hasNextPage && !query.isError}
          loadMore={async () => void (await query.fetchNextPage())}
        >
          {query.hasNextPage ? (
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {say('bills.more')}
            </Button>
          ) : (
            <span>{say('bills.end')}</span>
          )}
        </InfiniteScroll>
      )}
    </>
  );
}

export function Notices() {
  const { say } = useShown();
  const me = useQuery(meQuery);
  return (
    <Page title={say('notices.title')} up="/">
      {me.data ? (
        <NoticeList key={me.data.session} session={me.data.session} />
      ) : me.isError ? (
        <Failed thrown={me.error} again={() => void me.refetch()} />
      ) : (
        <Loading lines={8} />
      )}
    </Page>
  );
}
