// Where there is nothing a screen says so: it is neither blank, nor a table with a head and no body.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inRole, Stage } from '../staged';
import { words } from '../words';
import { OneDay } from './Days';
import { Recon } from './Recon';

vi.mock('@tanstack/react-router', () => ({
  getRouteApi: () => ({ useSearch: () => ({}), useParams: () => ({ day: '2026-01-02' }) }),
  useRouter: () => ({ history: { push: () => undefined, replace: () => undefined } }),
  useLocation: () => ({ pathname: '/' }),
}));

const nothing = words.en['desk.nothing'];
const me = inRole('viewer');
let stage: Stage;

beforeEach(() => {
  stage = new Stage();
  document.documentElement.lang = 'en';
});

afterEach(async () => {
  await stage.leave();
  vi.restoreAllMocks();
});

test('books of no currency', async () => {
  stage.look = () => ({ day: null, statements: [], suspense: [], books: [], complete: true });
  await stage.show(<Recon />, me);
  expect(stage.text).toContain(nothing);
  stage.look = () => ({ day: null, statements: [], suspense: [], books: [], complete: false });
  await stage.show(<Recon />, me);
  expect(stage.text, 'what was not told is not nothing').not.toContain(nothing);
});

test('a day of no currency, and one without accounts', async () => {
  const day = { day: '2026-01-02', closed: true, slots: 256 };
  const none = { currency: 'CNY', accounts: [], difference: '0.00', difference_at_end: null };
  for (const balances of [[], [none]]) {
    stage.look = () => ({ ...day, trial_balance: balances });
    // oxlint-disable-next-line no-await-in-loop -- one screen after the other
    await stage.show(<OneDay />, me);
    expect(stage.text).toContain(nothing);
    expect(stage.all('table')).toEqual([]);
  }
});
