// /shop: the code on a shop's counter. It says whose counter, and whoever pays says how much; that makes an order,
// which is paid like any other. Making it moves no money, and the same key never makes two: a lost answer is looked up by it.
import { api, told, withKey } from '@kit/api/client';
import type { Order, Shop as ShopCode } from '@kit/api/shapes';
import { FormKey } from '@kit/key';
import { amountOf } from '@kit/money';
import { asProblem } from '@kit/problem';
import { Field } from '@kit/Field';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { SumKeys } from '../parts/SumKeys';
import { Page } from '../parts/Page';
import { Result } from '../parts/Result';
import { Empty, Loaded, Wrong } from '../parts/states';
import { orderQuery } from '../queries';
import { leftIn, roomFor, shopQuery } from '../shops';
import { useShown } from '../shown';

const route = getRouteApi('/shell/shop');

/** What was refused, and what is left where counter codes allow no more. */
function Refused({ thrown }: { thrown: unknown }) {
  const { say, money } = useShown();
  const problem = thrown ? asProblem(thrown) : null;
  const left = problem && leftIn(problem);
  return (
    <>
      <Wrong thrown={thrown} />
      {left && <p className="warning">{say('shop.still_left', { left: money(left) })}</p>}
      {problem?.code === 'static_limit' && (
        <Link to="/limits" className="link">
          {say('shop.limits')}
        </Link>
      )}
    </>
  );
}

function Paying({ shop }: { shop: ShopCode }) {
  const { say, money } = useShown();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [subject, setSubject] = useState('');
  const [key] = useState(() => new FormKey());
  const [isUnknown, setUnknown] = useState(false);
  const amount = amountOf(typed);
  const room = roomFor(amount, shop);
  const said = subject.trim();
  const making = useMutation({
    mutationFn: () => {
      const body = { token: shop.token, amount: amount ?? '', ...(said ? { subject: said } : {}) };
      return key.send(body, sent => told(api.POST('/me/shop-orders', { body, ...withKey(sent) })));
    },
    onSuccess: (order: Order) => {
      key.done();
      const search = { trade_no: order.trade_no };
      client.setQueryData(orderQuery(search).queryKey, order);
      return navigate({ to: '/pay', search, replace: true });
    },
    onError: thrown => {
      setUnknown(asProblem(thrown).isUnknown);
      if (asProblem(thrown).code === 'static_limit') {
        void client.invalidateQueries({ queryKey: ['shop'] });
      }
    },
  });
  if (isUnknown) {
    return (
      <Result outcome="unknown" title={say('shop.unknown')} text={say('shop.unknown_text')} amount={amount ?? '0.00'}>
        <Button block color="primary" size="large" loading={making.isPending} onClick={() => making.mutate()}>
          {say('shop.look')}
        </Button>
        <Link to="/" className="button">
          {say('to_home')}
        </Link>
      </Result>
    );
  }
  const [most, left] = [money(shop.most), money(shop.left)];
  const about = {
    fits: say('shop.left', { left }),
    card: say('shop.above_left'),
    none: say('shop.above_most', { most }),
  }[room];
  return (
    <section className="panel">
      <div>
        <h2 className="payee">{shop.name}</h2>
        {shop.store_name && <p>{shop.store_name}</p>}
        <p className="quiet">{say('shop.check')}</p>
      </div>
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (amount !== null && room !== 'none' && !making.isPending) {
            making.mutate();
          }
        }}
      >
        <SumKeys value={typed} onValue={setTyped} about={<p>{about}</p>} isWrong={room === 'none'} />
        <Field
          label={say('shop.subject')}
          value={subject}
          onValue={setSubject}
          name="subject"
          maxLength={256}
          autoComplete="off"
        />
        <Refused thrown={making.error} />
        <Button
          block
          color="primary"
          size="large"
          type="submit"
          loading={making.isPending}
          disabled={amount === null || room === 'none'}
        >
          {amount === null ? say('next') : say('pay.go', { amount: money(amount) })}
        </Button>
        <p className="quiet">{say('shop.left_text', { most })}</p>
      </form>
    </section>
  );
}

export function Shop() {
  const { say } = useShown();
  const { c = '' } = route.useSearch();
  const shop = useQuery(shopQuery(c));
  return (
    <Page title={say('shop.title')} up="/">
      {c ? (
        <Loaded query={shop}>{found => <Paying shop={found} />}</Loaded>
      ) : (
        <Empty words={say('pay.no_order')}>
          <Link to="/scan" className="button primary">
            {say('go.scan')}
          </Link>
        </Empty>
      )}
    </Page>
  );
}
