// The way to the notices, with a dot while some of them are new. Where they cannot be asked for it has none.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOutline } from 'antd-mobile-icons';
import { meQuery, noticesQuery } from '../queries';
import { newOf, seenBy } from '../seen';
import { useShown } from '../shown';

export function Bell() {
  const { say } = useShown();
  const session = useQuery(meQuery).data?.session;
  const newest = useInfiniteQuery(noticesQuery).data?.pages[0]?.notices;
  const isNew = session !== undefined && newest !== undefined && newOf(newest, seenBy(session)).size > 0;
  return (
    <Link to="/notices" className="icon bell" aria-label={say(isNew ? 'notices.open_new' : 'notices.open')}>
      <BellOutline aria-hidden />
      {isNew && <span className="dot-new" aria-hidden />}
    </Link>
  );
}
