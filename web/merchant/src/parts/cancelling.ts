// Cancelling an order that waits for its payer, also one whose code nobody has scanned yet.
import { notice } from '@kit/notices';
import { sure } from '@kit/sure';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { calls } from '../calls';
import { refreshMoney } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';

/** Cancels an order; `ask` asks first. */
export function useCancelling(no: string) {
  const { say } = useShown();
  const { id } = useSeller();
  const client = useQueryClient();
  const cancelling = useMutation({
    mutationFn: () => calls.cancel(id, no),
    onSuccess: () => notice(say('order.cancelled')),
    // Also after a "no": perhaps it was paid meanwhile.
    onSettled: () => refreshMoney(client, id),
  });
  const ask = async () => {
    const yes = say('order.cancel');
    if (await sure({ title: yes, text: say('order.cancel_sure'), yes, no: say('desk.back'), isGrave: true })) {
      cancelling.mutate();
    }
  };
  return { cancelling, ask: () => void ask() };
}
