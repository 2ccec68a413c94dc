// A number that the platform drew itself for something asked for on a page. It is long and says nothing: its beginning
// stands for it, and all of it can be copied.
import { Copy } from './CodeBlock';

const DRAWN = /^api\.\w+\./;
const SHOWN = 6;

/** Whether nobody else gave this number. */
export const isDrawn = (number: string): boolean => DRAWN.test(number);

/** The beginning of what was drawn. */
export const shortOf = (number: string): string => {
  const drawn = number.replace(DRAWN, '');
  return drawn.length > SHOWN ? `${drawn.slice(0, SHOWN)}…` : drawn;
};

export function Drawn({ number, name }: { number: string; name?: string }) {
  return (
    <span className="with-copy">
      <span title={number}>{name ?? shortOf(number)}</span> <Copy text={number} />
    </span>
  );
}
