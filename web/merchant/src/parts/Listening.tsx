// Hears what happens to the merchant's orders, and asks anew for what is shown of them.
import { addressOf } from '@kit/api/client';
import { useEvents } from '@kit/events';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isToldAtOnce, setToldAtOnce } from '../live';
import { refresh, refreshOrders, sellersQuery } from '../queries';
import { useSeller } from '../seller';

/** Figures read much of the tables: they are asked for this long after the first of what happened meanwhile. */
export const FIGURES_AFTER_MS = 5_000;

/** What of the merchant is another, as the platform says it. */
interface Changed {
  changed: readonly string[];
}

export function Listening() {
  const { id } = useSeller();
  const client = useQueryClient();
  const figures = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      setToldAtOnce(false);
      clearTimeout(figures.current);
      figures.current = undefined;
    },
    [],
  );
  const on = ({ changed }: Changed) => {
    if (changed.length === 0) {
      return;
    }
    // The first is said at once, and of nothing in particular: what is being asked for already is not asked twice.
    refreshOrders(client, id, { cancelRefetch: isToldAtOnce() });
    setToldAtOnce(true);
    figures.current ??= setTimeout(() => {
      figures.current = undefined;
      refresh(client, id, 'dashboard');
    }, FIGURES_AFTER_MS);
  };
  // Perhaps whoever looks was signed out elsewhere or has another role now, or there is no connection: that is asked.
  const look = () => {
    setToldAtOnce(false);
    void client.invalidateQueries({ queryKey: sellersQuery.queryKey }, { cancelRefetch: false });
  };
  useEvents(addressOf(`api/v1/sellers/${encodeURIComponent(id)}/events`), 'changed', on, look);
  return null;
}
