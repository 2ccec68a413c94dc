// Rows of notifications, with the way to send one once more.
import { Button } from '@kit/desk/Button';
import { Badge, Moment, NoValue, type Tone } from '@kit/desk/facts';
import { Go } from '@kit/desk/Go';
import { Table, type Column } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { calls, type Notification } from '../calls';
import { refresh } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';

const TONES: Record<string, Tone> = { due: 'wait', delivered: 'good', given_up: 'bad' };

function Again({ id }: { id: string }) {
  const { say, problem } = useShown();
  const seller = useSeller();
  const client = useQueryClient();
  const sending = useMutation({
    mutationFn: () => calls.sendAgain(seller.id, id),
    onSuccess: ({ outcome, words }) =>
      notice(outcome === 'delivered' ? say('notes.delivered') : say('notes.not_delivered', { words: words ?? '' })),
    onError: thrown => notice(problem(thrown)),
    onSettled: () => refresh(client, seller.id, 'notifications', 'order'),
  });
  return (
    <Button
      isSmall
      isBusy={sending.isPending}
      aria-label={say('desk.of', { what: say('notes.again'), name: id })}
      onClick={() => sending.mutate()}
    >
      {say('notes.again')}
    </Button>
  );
}

export function useNotificationColumns(isOfOrder = false): Column<Notification>[] {
  const { say, named, shortly } = useShown();
  const { to, may } = useSeller();
  const columns: (Column<Notification> | false)[] = [
    {
      head: say('notes.event'),
      cell: one => (
        <>
          {named('notice_event', one.event)}
          <span className="second">{one.url}</span>
        </>
      ),
    },
    {
      head: say('notes.state'),
      cell: one => (
        <span className="stack-small">
          <Badge tone={TONES[one.state] ?? 'plain'}>{named('notice_state', one.state)}</Badge>
          {one.last_error && one.state !== 'delivered' && <span className="quiet">{one.last_error}</span>}
        </span>
      ),
    },
    {
      head: say('notes.tries'),
      isEnd: true,
      cell: one => (
        <>
          {one.attempts}
          {one.next_attempt_at && (
            <span className="second">{say('notes.next', { at: shortly(one.next_attempt_at) })}</span>
          )}
        </>
      ),
    },
    !isOfOrder && {
      head: say('notes.order'),
      isExtra: true,
      cell: one =>
        one.trade_no ? <Go to={to(`/orders/${one.trade_no}`)}>{one.trade_no.slice(-8)}</Go> : <NoValue />,
    },
    { head: say('notes.at'), cell: one => <Moment at={one.happened_at} /> },
    may('set_apps') && {
      head: say('desk.to_do'),
      isUnnamed: true,
      isEnd: true,
      cell: one => <Again id={one.notify_id} />,
    },
  ];
  return columns.filter(column => column !== false);
}

interface Props {
  label: string;
  rows: readonly Notification[];
  isOfOrder?: boolean;
}

export function NotificationTable({ label, rows, isOfOrder = false }: Props) {
  const columns = useNotificationColumns(isOfOrder);
  return <Table label={label} rows={rows} rowKey={one => one.notify_id} columns={columns} />;
}
