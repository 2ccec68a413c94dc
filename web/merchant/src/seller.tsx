// The merchant that the address names, and what whoever is signed in may do there.
import { Empty } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { createContext, useContext, type ReactNode } from 'react';
import type { Act, Seller } from './calls';
import { sellersQuery } from './queries';
import { useShown } from './shown';

const Working = createContext<Seller | null>(null);

/** The merchant that the address names, out of those that somebody works for. */
export function useNamed(): Seller | undefined {
  const { seller } = useParams({ strict: false }) as { seller?: string };
  return useQuery(sellersQuery).data?.find(one => one.seller_id === seller);
}

export function Works({ at, children }: { at: Seller; children: ReactNode }) {
  return <Working value={at}>{children}</Working>;
}

/** The merchant of the screen; `to` makes addresses of its screens. */
export function useSeller() {
  const seller = useContext(Working);
  if (!seller) {
    throw new Error('a screen of a merchant is shown without one');
  }
  return {
    ...seller,
    id: seller.seller_id,
    to: (path: string) => `/${seller.seller_id}${path}`,
    may: (act: Act) => seller.acts.includes(act),
  };
}

/** Shows a screen to whoever may see it. */
export function May({ act, children }: { act: Act; children: ReactNode }) {
  const { say, named } = useShown();
  const { may, role } = useSeller();
  return may(act) ? children : <Empty words={say('role_may_not', { role: named('role', role) })} />;
}
