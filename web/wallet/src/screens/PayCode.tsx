// /pay-code: a bar code and a QR code for tills. A new one each minute; nothing is shown while nobody looks. Each is
// drawn by the platform, so that without a connection there is none, and the screen says so.
import { api, told } from '@kit/api/client';
import type { PayCode as Code } from '@kit/api/shapes';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useCallback, useEffect, useRef, useState } from 'react';
import { CodePicture } from '@kit/CodePicture';
import { Page } from '../parts/Page';
import { PasswordSheet } from '../parts/PasswordSheet';
import { Empty, Failed, Loading } from '../parts/states';
import { taken } from '../secret';
import { useShown } from '../shown';

/** Seconds that a code is shown. Counted here: the clock of the books may be another than that of the device. */
const SHOWN_S = 60;

const asks = (thrown: unknown) => asProblem(thrown).code === 'pay_password_needed';
const isCutOffBy = (thrown: unknown) => asProblem(thrown).code === NO_CONNECTION;
const make = (pay_password: string | null) =>
  told(api.POST('/me/pay-codes', { body: pay_password ? { pay_password } : {} }));

/** Whether the page is in front of somebody: it is in sight, and what is typed goes to it. */
function useSeen(): [boolean, () => void] {
  const [isSeen, setSeen] = useState(true);
  useEffect(() => {
    const hide = () => setSeen(false);
    const show = () => setSeen(!document.hidden);
    const turned = () => setSeen(!document.hidden && document.hasFocus());
    addEventListener('blur', hide);
    addEventListener('focus', show);
    document.addEventListener('visibilitychange', turned);
    return () => {
      removeEventListener('blur', hide);
      removeEventListener('focus', show);
      document.removeEventListener('visibilitychange', turned);
    };
  }, []);
  return [isSeen, () => setSeen(true)];
}

function Codes({ of: { bar_svg, qr_svg, code } }: { of: Code }) {
  const { say } = useShown();
  return (
    <>
      <CodePicture svg={bar_svg} label={say('pay_code.bar')} className="barcode" />
      <p className="digits" aria-label={say('pay_code.digits')}>
        {code.replace(/(\d{4})(?=\d)/g, '$1 ')}
      </p>
      <CodePicture svg={qr_svg} label={say('pay_code.qr')} className="qrcode" />
    </>
  );
}

export function PayCode() {
  const { say } = useShown();
  const [isSeen, show] = useSeen();
  const [seconds, setSeconds] = useState(SHOWN_S);
  const [isAsking, setAsking] = useState(false);
  const held = useRef<string | null>(null);
  const making = useMutation({
    mutationFn: () => make(taken(held)),
    onSuccess: () => setSeconds(SHOWN_S),
    onError: thrown => asks(thrown) && setAsking(true),
  });
  const { mutate, reset } = making;
  const again = useCallback(() => mutate(), [mutate]);
  useEffect(() => {
    if (isSeen) {
      again();
    } else {
      // The code that was shown is gone from the page too.
      reset();
    }
  }, [isSeen, again, reset]);
  const isCutOff = isSeen && making.isError && isCutOffBy(making.error);
  useEffect(() => {
    if (!isCutOff) {
      return;
    }
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, [isCutOff, again]);
  const isShown = isSeen && making.isSuccess;
  useEffect(() => {
    if (!isShown) {
      return;
    }
    const timer = setTimeout(() => (seconds > 1 ? setSeconds(seconds - 1) : again()), 1_000);
    return () => clearTimeout(timer);
  }, [isShown, seconds, again]);
  return (
    <Page title={say('pay_code.title')} up="/">
      <section className="panel codes">
        {!isSeen && (
          <div className="empty">
            <p>{say('pay_code.hidden')}</p>
            <Button color="primary" onClick={show}>
              {say('pay_code.show')}
            </Button>
          </div>
        )}
        {isSeen && making.isPending && !making.data && <Loading lines={6} />}
        {isCutOff && (
          <Empty words={say('pay_code.offline')}>
            <Button onClick={again}>{say('retry')}</Button>
          </Empty>
        )}
        {isSeen && making.isError && !isCutOff && !asks(making.error) && (
          <Failed thrown={making.error} again={again} />
        )}
        {isSeen && making.isError && asks(making.error) && (
          <div className="empty">
            <p>{say('pay_code.password')}</p>
            <Button color="primary" onClick={() => setAsking(true)}>
              {say('pay_code.enter')}
            </Button>
          </div>
        )}
        {isShown && (
          <>
            <Codes of={making.data} />
            <p className="quiet">{say('pay_code.seconds', { seconds })}</p>
            <Button onClick={again} loading={making.isPending}>
              {say('pay_code.new')}
            </Button>
          </>
        )}
        <p className="quiet">{say('pay_code.hint')}</p>
      </section>
      {isAsking && (
        <PasswordSheet
          byPassword={password => {
            held.current = password;
            return making.mutateAsync();
          }}
          onDone={() => setAsking(false)}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  );
}
