// Holds the text that a developer signed against the one that the gateway verified. In the gateway's, `***` stands for
// what is not shown: it fits whatever stands in its place, up to the sign that follows it.

/** What stands in the place of what is not shown. */
const MASK = '***';
/** Signs on either side of a difference that are shown with it. */
const AROUND = 48;

/** What the difference looks like, where it can be named. */
export const HINTS = ['escaped', 'line_end', 'order', 'sign_in', 'empty_in', 'case'] as const;
export type Hint = (typeof HINTS)[number];

/** Where two texts part, and where they meet again. */
export interface Difference {
  before: string;
  ours: string;
  theirs: string;
  after: string;
  /** Place of the first sign that differs, from 1, in the developer's text. */
  at: number;
}

export interface Compared {
  isSame: boolean;
  difference: Difference | null;
  hint: Hint | null;
}

/** How far both are alike from their beginnings: how many signs of each. */
function alike(ours: string, theirs: string): [ours: number, theirs: number] {
  let [mine, other] = [0, 0];
  while (mine < ours.length) {
    if (ours.startsWith(MASK, mine)) {
      const end = ours[mine + MASK.length];
      const found = end === undefined ? theirs.length : theirs.indexOf(end, other);
      if (found < 0) {
        break;
      }
      mine += MASK.length;
      other = found;
    } else if (ours[mine] === theirs[other]) {
      mine += 1;
      other += 1;
    } else {
      break;
    }
  }
  return [mine, other];
}

const turned = (text: string) => [...text].toReversed().join('');

/** A part of a text, shortened in its middle by nothing: its end, or its beginning. */
const end = (text: string) => (text.length > AROUND ? `…${text.slice(-AROUND)}` : text);
const begin = (text: string) => (text.length > AROUND ? `${text.slice(0, AROUND)}…` : text);

function differenceOf(ours: string, theirs: string): Difference | null {
  const [mine, other] = alike(ours, theirs);
  if (mine === ours.length && other === theirs.length) {
    return null;
  }
  const [restOfOurs, restOfTheirs] = [ours.slice(mine), theirs.slice(other)];
  const [left, right] = alike(turned(restOfOurs), turned(restOfTheirs));
  return {
    before: end(theirs.slice(0, other)),
    ours: restOfOurs.slice(0, restOfOurs.length - left),
    theirs: restOfTheirs.slice(0, restOfTheirs.length - right),
    after: begin(restOfTheirs.slice(restOfTheirs.length - right)),
    at: other + 1,
  };
}

const fits = (ours: string, theirs: string) => differenceOf(ours, theirs) === null;

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** The pairs of a text without those that match, in the order of their names. */
function without(text: string, isLeftOut: (name: string, value: string) => boolean): string {
  const pairs = text.split('&').map(pair => {
    const cut = pair.indexOf('=');
    return { pair, name: cut < 0 ? pair : pair.slice(0, cut), value: cut < 0 ? '' : pair.slice(cut + 1) };
  });
  return pairs
    .filter(({ name, value }) => !isLeftOut(name, value))
    .toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
    .map(({ pair }) => pair)
    .join('&');
}

function hintOf(ours: string, theirs: string): Hint | null {
  const tries: [Hint, string | null][] = [
    ['line_end', theirs.trim()],
    ['escaped', unescaped(theirs)],
    ['order', without(theirs, () => false)],
    ['sign_in', without(theirs, name => name === 'sign')],
    ['empty_in', without(theirs, (name, value) => name === 'sign' || value === '')],
  ];
  const found = tries.find(([, text]) => text !== null && text !== theirs && fits(ours, text));
  if (found) {
    return found[0];
  }
  return fits(ours.toLowerCase(), theirs.toLowerCase()) ? 'case' : null;
}

/** Whether a developer's text is the one that was verified, and where it is not. */
export function compare(ours: string, theirs: string): Compared {
  const difference = differenceOf(ours, theirs);
  return { isSame: difference === null, difference, hint: difference && hintOf(ours, theirs) };
}

/** A text whose signs can all be seen: blanks and line ends have one of their own. */
export const seen = (text: string): string =>
  text.replaceAll(' ', '␣').replaceAll('\n', '⏎\n').replaceAll('\r', '␍').replaceAll('\t', '⇥');

/** Bytes of a text on the wire. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
