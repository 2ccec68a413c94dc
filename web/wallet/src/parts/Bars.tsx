// The chart of months: two bars each, drawn in whole per cents so that no amount becomes a number with a point.
import { fenOf } from '@kit/money';
import type { BillMonth } from '@kit/api/shapes';
import { useShown } from '../shown';

const WIDTH = 320;
const HEIGHT = 140;
const FLOOR = 116;
const TOP = 8;

interface Props {
  /** Oldest first. */
  months: readonly BillMonth[];
  chosen: string;
  onChoose: (month: string) => void;
}

/** Height of a bar in pixels: its share of the largest one, at least two when there is anything. */
export function heightOf(amount: string, largest: bigint): number {
  const fen = fenOf(amount) ?? 0n;
  if (fen <= 0n || largest <= 0n) {
    return 0;
  }
  return Math.max(2, Number((fen * BigInt(FLOOR - TOP)) / largest));
}

/** Bars of what went out and came in. The buttons below are the way to choose a month. */
export function Bars({ months, chosen, onChoose }: Props) {
  const { say, month: named } = useShown();
  const amounts = months.flatMap(month => [fenOf(month.in) ?? 0n, fenOf(month.out) ?? 0n]);
  const largest = amounts.reduce((most, one) => (one > most ? one : most), 0n);
  const place = WIDTH / Math.max(1, months.length);
  const bar = Math.min(18, place / 3);
  return (
    <figure className="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say('months.chart', { count: months.length })}>
        <line x1="0" x2={WIDTH} y1={FLOOR} y2={FLOOR} className="axis" />
        {months.map((month, index) => {
          const middle = place * (index + 0.5);
          const [out, into] = [heightOf(month.out, largest), heightOf(month.in, largest)];
          return (
            <g key={month.month} className={month.month === chosen ? 'month chosen' : 'month'}>
              <rect className="out" x={middle - bar - 1} y={FLOOR - out} width={bar} height={out} rx="2" />
              <rect className="in" x={middle + 1} y={FLOOR - into} width={bar} height={into} rx="2" />
              <text x={middle} y={HEIGHT - 8} textAnchor="middle">
                {named(month.month, true)}
              </text>
            </g>
          );
        })}
      </svg>
      <figcaption className="legend">
        <span className="key out">{say('months.out')}</span>
        <span className="key in">{say('months.in')}</span>
      </figcaption>
      <div className="chips" role="group" aria-label={say('months.month')}>
        {months.toReversed().map(month => (
          <button
            key={month.month}
            type="button"
            className="chip"
            aria-pressed={month.month === chosen}
            onClick={() => onChoose(month.month)}
          >
            <span>{named(month.month)}</span>
          </button>
        ))}
      </div>
    </figure>
  );
}
