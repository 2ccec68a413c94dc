// The parts of the ledger, each with an address of its own.
import { Go, useIsAt } from '@kit/desk/Go';
import { useLocation } from '@tanstack/react-router';
import { useShown } from '../shown';

const PARTS = [
  { to: '/ledger', word: 'ledger.chart' },
  { to: '/ledger/accounts', word: 'ledger.accounts' },
  { to: '/ledger/trial-balance', word: 'ledger.trial' },
  { to: '/ledger/transit', word: 'ledger.transit' },
] as const;

/** Links that look like tabs: each part can be opened by its address. */
export function LedgerTabs() {
  const { say } = useShown();
  const { pathname } = useLocation();
  const isAt = useIsAt();
  return (
    <nav className="tab-links" aria-label={say('ledger.parts')}>
      {PARTS.map(({ to, word }) => {
        const isHere = to === '/ledger' ? pathname === to : isAt(to);
        return (
          <Go key={to} to={to} aria-current={isHere ? 'page' : undefined}>
            {say(word)}
          </Go>
        );
      })}
    </nav>
  );
}
