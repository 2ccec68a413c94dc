// /cards/order: in which order the own pockets pay. It is changed here by buttons, and holds once it is saved.
import { api, told } from '@kit/api/client';
import type { OwnPocket, OwnPockets } from '@kit/api/shapes';
import { notice } from '@kit/notices';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { DownOutline, UpOutline } from 'antd-mobile-icons';
import { useEffect, useId, useState } from 'react';
import { Page } from '../parts/Page';
import { Empty, Loaded, Wrong } from '../parts/states';
import { pocketsQuery } from '../queries';
import { useShown } from '../shown';

type Way = 'up' | 'down';

/** What was moved last, and by which button. */
interface Moved {
  pocket: OwnPocket;
  way: Way;
}

/** The list with one of it moved by one place. */
function withMoved(list: readonly OwnPocket[], at: number, way: Way): OwnPocket[] {
  const next = [...list];
  next.splice(way === 'up' ? at - 1 : at + 1, 0, ...next.splice(at, 1));
  return next;
}

function Ordering({ found }: { found: OwnPockets }) {
  const shown = useShown();
  const { say } = shown;
  const client = useQueryClient();
  const [list, setList] = useState<readonly OwnPocket[]>();
  const [moved, setMoved] = useState<Moved>();
  const id = useId();
  const now = list ?? found.pockets;
  const nameOf = ({ card }: OwnPocket) => (card ? shown.card(card) : say('pay.balance'));
  const buttonId = (pocket: OwnPocket, way: Way) => `${id}-${pocket.pocket}-${way}`;
  useEffect(() => {
    // The row went to another place, and the focus goes with it; at an end the other button has it.
    if (moved) {
      const buttons = [moved.way, moved.way === 'up' ? 'down' : 'up'] as const;
      const found = buttons.map(way => document.getElementById(buttonId(moved.pocket, way)));
      found.find(button => button instanceof HTMLButtonElement && !button.disabled)?.focus();
    }
    // Once for each move.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [moved]);
  const holds = (said: 'pockets.saved' | 'pockets.cleared') => (told: OwnPockets) => {
    client.setQueryData(pocketsQuery.queryKey, told);
    void client.invalidateQueries({ queryKey: ['order'] });
    setList(undefined);
    setMoved(undefined);
    notice(say(said));
  };
  // What is not told may have been done, and a card may be gone: the next look says so.
  const onError = () => void client.invalidateQueries({ queryKey: ['cards'] });
  const saving = useMutation({
    mutationFn: () =>
      told(api.PUT('/me/pockets', { body: { pockets: now.slice(0, found.most).map(({ pocket }) => pocket) } })),
    onSuccess: holds('pockets.saved'),
    onError,
  });
  const clearing = useMutation({
    mutationFn: () => told(api.DELETE('/me/pockets')),
    onSuccess: holds('pockets.cleared'),
    onError,
  });
  const isBusy = saving.isPending || clearing.isPending;
  const move = (at: number, way: Way) => {
    const pocket = now[at];
    if (pocket && !isBusy) {
      setList(withMoved(now, at, way));
      setMoved({ pocket, way });
    }
  };
  return (
    <>
      <section className="panel">
        <p>{say('pockets.text')}</p>
        <p className="quiet">{say(found.is_set ? 'pockets.own' : 'pockets.by_rule')}</p>
      </section>
      <ol className="panel">
        {now.map((pocket, at) => (
          <li key={pocket.pocket} className="row">
            <span className="grow">
              <span className="row-title">{nameOf(pocket)}</span>
              {found.is_set && !pocket.is_set && !list && <span className="quiet">{say('pockets.follows')}</span>}
            </span>
            {(['up', 'down'] as const).map(way => (
              <button
                key={way}
                type="button"
                className="icon"
                id={buttonId(pocket, way)}
                disabled={way === 'up' ? at === 0 : at === now.length - 1}
                aria-label={say(`pockets.${way}`, { pocket: nameOf(pocket) })}
                onClick={() => move(at, way)}
              >
                {way === 'up' ? <UpOutline aria-hidden /> : <DownOutline aria-hidden />}
              </button>
            ))}
          </li>
        ))}
      </ol>
      <section className="panel">
        <p role="status" className="quiet">
          {moved
            ? say('pockets.moved', {
                pocket: nameOf(moved.pocket),
                place: now.findIndex(({ pocket }) => pocket === moved.pocket.pocket) + 1,
                of: now.length,
              })
            : ''}
        </p>
        <Wrong thrown={saving.error ?? clearing.error} />
        <Button
          block
          color="primary"
          size="large"
          disabled={isBusy || (!list && found.is_set)}
          loading={saving.isPending}
          onClick={() => {
            clearing.reset();
            saving.mutate();
          }}
        >
          {say('pockets.save')}
        </Button>
        {found.is_set && (
          <Button
            block
            disabled={isBusy}
            loading={clearing.isPending}
            onClick={() => {
              saving.reset();
              clearing.mutate();
            }}
          >
            {say('pockets.clear')}
          </Button>
        )}
      </section>
    </>
  );
}

export function PocketOrder() {
  const { say } = useShown();
  const pockets = useQuery(pocketsQuery);
  return (
    <Page title={say('pockets.title')} up="/cards">
      <Loaded query={pockets}>
        {found =>
          found.pockets.length > 1 ? (
            <Ordering found={found} />
          ) : (
            <Empty words={say('pockets.alone')}>
              <Link to="/cards/new" className="button primary">
                {say('cards.bind')}
              </Link>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}
