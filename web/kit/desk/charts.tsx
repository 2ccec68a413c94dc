// Charts as our own SVG: bars side by side, and lines. The same figures stand below as a table.
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { heightIn, scaleOf } from './chart';
import { useDesk } from './shown';

export interface Series {
  name: string;
  /** Whole: fen, or a count. As many as there are labels. */
  values: readonly bigint[];
}

interface Props {
  /** What the chart shows, as a sentence. */
  title: string;
  /** Below the chart, one for each place. */
  labels: readonly string[];
  series: readonly Series[];
  /** How a value is told. */
  tell: (value: bigint) => string;
  /** How a value is told beside the lines, where there is less room. */
  tellShortly?: (value: bigint) => string;
}

/** Drawn in the pixels of the screen, so that letters have one size on every screen. This wide until it is measured. */
const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 68;
const TOP = 10;
const FLOOR = 208;
/** The room of a label. */
const LABEL_PX = 64;

/** The width of an element, followed as it changes. */
function useWidth(): [(element: Element | null) => void, number] {
  const [element, setElement] = useState<Element | null>(null);
  const [width, setWidth] = useState(WIDTH);
  const latest = useRef(setWidth);
  useEffect(() => {
    if (!element || typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(([entry]) => {
      const seen = Math.round(entry?.contentRect.width ?? 0);
      if (seen > 0) {
        latest.current(seen);
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width];
}

function Figures({ title, labels, series, tell }: Props) {
  const { say } = useDesk();
  return (
    <details className="as-table">
      <summary>{say('desk.as_table')}</summary>
      <table aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{say('desk.when')}</th>
            {series.map(one => (
              <th key={one.name} scope="col">
                {one.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, place) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {series.map(one => (
                <td key={one.name}>{tell(one.values[place] ?? 0n)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

type Marks = (place: (index: number) => number, up: (value: bigint) => number, width: number) => ReactNode;

function Chart({ marks, ...props }: Props & { marks: Marks }) {
  const { title, labels, series, tell, tellShortly = tell } = props;
  const id = useId();
  const [frame, whole] = useWidth();
  const scale = scaleOf(series.flatMap(one => [...one.values]));
  const width = (whole - LEFT) / Math.max(1, labels.length);
  const place = (index: number) => LEFT + width * (index + 0.5);
  const up = (value: bigint) => FLOOR - heightIn(scale, value, FLOOR - TOP);
  const every = Math.ceil(LABEL_PX / width);
  return (
    <figure className="chart" ref={frame}>
      <svg viewBox={`0 0 ${whole} ${HEIGHT}`} height={HEIGHT} role="img" aria-labelledby={id}>
        <title id={id}>{title}</title>
        {scale.steps.map(step => (
          <g key={String(step)} className={step === 0n ? 'floor' : 'across'}>
            <line x1={LEFT} x2={whole} y1={up(step)} y2={up(step)} />
            <text x={LEFT - 8} y={up(step) + 4} textAnchor="end">
              {tellShortly(step)}
            </text>
          </g>
        ))}
        {marks(place, up, width)}
        {labels.map(
          (label, index) =>
            index % every === 0 && (
              <text key={label} x={place(index)} y={HEIGHT - 10} textAnchor="middle">
                {label}
              </text>
            ),
        )}
      </svg>
      {series.length > 1 && (
        <figcaption className="legend">
          {series.map((one, index) => (
            <span key={one.name} className={`key series-${index}`}>
              {one.name}
            </span>
          ))}
        </figcaption>
      )}
      <Figures {...props} />
    </figure>
  );
}

/** Bars side by side, for amounts of days or kinds. */
export function Bars(props: Props) {
  const { labels, series, tell } = props;
  return (
    <Chart
      {...props}
      marks={(place, up, width) => {
        const bar = Math.min(28, (width * 0.7) / Math.max(1, series.length));
        return series.map((one, which) =>
          one.values.map((value, index) => {
            const [from, to] = [up(0n), up(value)];
            const x = place(index) + (which - series.length / 2) * bar;
            // A value that is there is seen, however small.
            const height = value === 0n ? 0 : Math.max(1.5, Math.abs(from - to));
            return (
              <rect
                key={`${one.name} ${labels[index]}`}
                className={`series-${which}`}
                x={x + 1}
                y={value < 0n ? from : from - height}
                width={Math.max(1, bar - 2)}
                height={height}
                rx="2"
              >
                <title>{`${labels[index]} · ${one.name} · ${tell(value)}`}</title>
              </rect>
            );
          }),
        );
      }}
    />
  );
}

/** Lines, for what goes up and down. */
export function Line(props: Props) {
  const { labels, series, tell } = props;
  return (
    <Chart
      {...props}
      marks={(place, up) =>
        series.map((one, which) => (
          <g key={one.name} className={`line series-${which}`}>
            <polyline points={one.values.map((value, index) => `${place(index)},${up(value)}`).join(' ')} />
            {one.values.map((value, index) => (
              <circle key={labels[index]} cx={place(index)} cy={up(value)} r="3">
                <title>{`${labels[index]} · ${one.name} · ${tell(value)}`}</title>
              </circle>
            ))}
          </g>
        ))
      }
    />
  );
}
