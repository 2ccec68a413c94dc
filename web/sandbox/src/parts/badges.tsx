// How a call ended, in badges.
import { Badge, type Tone } from '@kit/desk/facts';
import type { Seen } from '../calls';
import { useShown } from '../shown';

const SIGNATURE_TONES: Record<Seen['signature'], Tone> = { right: 'good', wrong: 'bad', not_checked: 'plain' };

export function Signature({ of }: { of: Seen['signature'] }) {
  const { named } = useShown();
  return <Badge tone={SIGNATURE_TONES[of]}>{named('signature', of)}</Badge>;
}

/** Whether a call was refused, or its outcome is not known: the two are not the same. */
export function toneOf({ code, status }: Pick<Seen, 'code' | 'status'>): Tone {
  if (code === '20000' || status === null) {
    return 'wait';
  }
  return code === null || code === '10000' || code === '10003' ? 'good' : 'bad';
}

export function Ended({ of }: { of: Seen }) {
  const { say } = useShown();
  const words = of.sub_code ?? of.code ?? (of.status === null ? say('requests.no_answer') : `HTTP ${of.status}`);
  return <Badge tone={toneOf(of)}>{words}</Badge>;
}
