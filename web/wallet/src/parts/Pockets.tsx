// The pockets that a payment can come from, in the order of the API: its first usable one is chosen.
import type { Pocket } from '@kit/api/shapes';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { useShown } from '../shown';

/** Whether a payment can come from it now. */
export const usable = (pocket: Pocket) => pocket.kind === 'card' || pocket.enough;

const keyOf = (pocket: Pocket) => (pocket.kind === 'card' ? pocket.card.no : 'balance');

/** What a pocket is called. */
export const pocketName = (pocket: Pocket, shown: Pick<ReturnType<typeof useShown>, 'say' | 'card'>) =>
  pocket.kind === 'card' ? shown.card(pocket.card) : shown.say('pay.balance');

interface Props {
  pockets: readonly Pocket[];
  chosen: Pocket | undefined;
  onChoose: (pocket: Pocket) => void;
}

/** One out of all pockets. */
export function Pockets({ pockets, chosen, onChoose }: Props) {
  const shown = useShown();
  const { say, money } = shown;
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{say('pay.pocket')}</legend>
      {pockets.map(pocket => (
        <label key={keyOf(pocket)} className="row pocket">
          <input
            type="radio"
            name={name}
            disabled={!usable(pocket)}
            checked={chosen !== undefined && keyOf(chosen) === keyOf(pocket)}
            onChange={() => onChoose(pocket)}
          />
          <span className="grow">
            <span className="row-title">{pocketName(pocket, shown)}</span>
            {pocket.kind === 'balance' && (
              <span className="quiet">
                {say('pay.available', { amount: money(pocket.available) })}
                {pocket.enough ? '' : ` · ${say('pay.not_enough')}`}
              </span>
            )}
          </span>
        </label>
      ))}
      <p className="links">
        {pockets.some(pocket => !usable(pocket)) && (
          <Link to="/top-up" className="link">
            {say('pay.to_top_up')}
          </Link>
        )}
        {pockets.every(pocket => pocket.kind === 'balance') && (
          <Link to="/cards/new" className="link">
            {say('pay.bind')}
          </Link>
        )}
      </p>
    </fieldset>
  );
}
