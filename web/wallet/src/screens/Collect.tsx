// /collect: the own code, with an amount and a note if wanted. With `c` it is somebody's code, opened as a link: then
// it leads to the transfer.
import { api, told } from '@kit/api/client';
import { amountOf } from '@kit/money';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { CodePicture } from '@kit/CodePicture';
import { AmountField, Field } from '@kit/Field';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { Loaded } from '../parts/states';
import { useShown } from '../shown';

const route = getRouteApi('/shell/collect');

interface Wish {
  amount?: string;
  remark?: string;
}

const codeQuery = (wish: Wish) => ({
  queryKey: ['collect-code', wish],
  queryFn: () => told(api.GET('/me/collect-code', { params: { query: wish } })),
});

function Own() {
  const { say, money } = useShown();
  const [amount, setAmount] = useState('');
  const [remark, setRemark] = useState('');
  const [wish, setWish] = useState<Wish>({});
  const code = useQuery(codeQuery(wish));
  const wanted = amountOf(amount);
  const isReady = amount === '' || wanted !== null;
  const apply = () =>
    setWish({ ...(wanted ? { amount: wanted } : {}), ...(remark.trim() ? { remark: remark.trim() } : {}) });
  const clear = () => {
    setAmount('');
    setRemark('');
    setWish({});
  };
  const copy = (text: string) => {
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    copied.then(
      () => notice(say('collect.copied')),
      () => notice(say('collect.not_copied')),
    );
  };
  return (
    <Page title={say('collect.title')} up="/">
      <Loaded query={code} lines={8}>
        {({ text, qr_svg }) => (
          <section className="panel codes">
            <p>{say('collect.hint')}</p>
            {wish.amount && <p className="amount">{money(wish.amount)}</p>}
            {wish.remark && <p>{wish.remark}</p>}
            <CodePicture svg={qr_svg} label={say('collect.qr')} className="qrcode" />
            <p className="address">{text}</p>
            <Button onClick={() => copy(text)}>{say('collect.copy')}</Button>
          </section>
        )}
      </Loaded>
      <section className="panel">
        <h2>{say('collect.set')}</h2>
        <form
          onSubmit={event => {
            event.preventDefault();
            apply();
          }}
        >
          <AmountField label={say('collect.amount')} value={amount} onValue={setAmount} name="amount" />
          <Field
            label={say('collect.remark')}
            value={remark}
            onValue={setRemark}
            name="remark"
            maxLength={200}
            autoComplete="off"
          />
          <Button block color="primary" size="large" type="submit" disabled={!isReady}>
            {say('collect.apply')}
          </Button>
          {(wish.amount || wish.remark) && (
            <Button block size="large" onClick={clear}>
              {say('collect.clear')}
            </Button>
          )}
        </form>
      </section>
    </Page>
  );
}

export function Collect() {
  const { c } = route.useSearch();
  return c ? <Navigate to="/transfer" search={{ c }} replace /> : <Own />;
}
