// What came of a payment at the till, big enough to be read across a counter.
import { Button } from '@kit/desk/Button';
import { Go } from '@kit/desk/Go';
import { Icon, type IconName } from '@kit/desk/Icon';
import { Wrong } from '@kit/desk/states';
import { asProblem } from '@kit/problem';
import { useEffect, useRef } from 'react';
import type { Stage, useTill } from '../tilling';
import { useSeller } from '../seller';
import { useShown } from '../shown';
import type { Word } from '../words';

type Ended = Exclude<Stage, 'asking' | 'charging'>;

const FACES: Record<Ended, { icon: IconName; title: Word; text?: Word; tone: string }> = {
  paid: { icon: 'check', title: 'till.paid', tone: 'good' },
  waiting: { icon: 'clock', title: 'till.waiting', text: 'till.waiting_text', tone: 'wait' },
  closed: { icon: 'close', title: 'till.closed', tone: 'plain' },
  before: { icon: 'check', title: 'till.before', text: 'till.before_text', tone: 'good' },
  refused: { icon: 'close', title: 'till.refused', tone: 'bad' },
  unknown: { icon: 'warn', title: 'till.unknown', text: 'till.unknown_text', tone: 'wait' },
};

interface Props {
  till: ReturnType<typeof useTill>;
  stage: Ended;
  amount: string;
  onNext: () => void;
}

function Buttons({ till, stage, onNext }: Omit<Props, 'amount'>) {
  const { say } = useShown();
  const { to } = useSeller();
  const { no, cancelling, charging } = till;
  return (
    <div className="actions">
      {stage === 'unknown' && (
        <Button kind="primary" className="till-go" isBusy={charging.isPending} onClick={till.again}>
          {say('till.ask_again')}
        </Button>
      )}
      {stage === 'refused' && (
        <Button kind="primary" className="till-go" onClick={till.reset}>
          {say('till.other_code')}
        </Button>
      )}
      {stage === 'waiting' && (
        <Button kind="danger" isBusy={cancelling.isPending} onClick={() => cancelling.mutate()}>
          {say('till.cancel')}
        </Button>
      )}
      {stage !== 'waiting' && stage !== 'unknown' && (
        <Button kind={stage === 'paid' ? 'primary' : 'plain'} className="till-go" onClick={onNext}>
          {say('till.another')}
        </Button>
      )}
      {no ? (
        <Go to={to(`/orders/${no}`)} className="button">
          {say('till.see')}
        </Go>
      ) : (
        // The order is there, but nobody knows its number.
        (stage === 'unknown' || stage === 'before' || stage === 'closed') && (
          <Go to={to('/orders')} className="button">
            {say('till.look')}
          </Go>
        )
      )}
    </div>
  );
}

export function TillResult(props: Props) {
  const { till, stage, amount } = props;
  const { say, money, problem } = useShown();
  const { order, charging, cancelling } = till;
  const { icon, title, text, tone } = FACES[stage];
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    place.current?.focus();
    // Each stage is told anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stage]);
  const isCancelUnknown = cancelling.isError && asProblem(cancelling.error).isUnknown;
  return (
    <section className={`till-result ${tone}`} role="status">
      <span className="till-mark">
        <Icon name={icon} size={56} />
      </span>
      <h2 ref={place} tabIndex={-1}>
        {say(title)}
      </h2>
      <p className="till-result-sum">{money(order?.amount ?? amount)}</p>
      {order?.payer && <p>{order.payer}</p>}
      {stage === 'refused' && <p>{problem(charging.error)}</p>}
      {text && <p>{say(stage === 'before' && order?.state === 'refunded' ? 'till.before_refunded' : text)}</p>}
      {stage === 'waiting' && isCancelUnknown && <p className="wrong unknown">{say('till.cancel_unknown')}</p>}
      {stage === 'waiting' && !isCancelUnknown && <Wrong thrown={cancelling.error} />}
      <Buttons {...props} />
    </section>
  );
}
