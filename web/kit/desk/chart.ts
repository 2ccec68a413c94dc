// Where the marks of a chart are. Values are whole, also fen in a bigint; only places on the screen are numbers.

/** The largest and the smallest value that a chart shows: round, and zero among them. */
export interface Scale {
  low: bigint;
  high: bigint;
  /** Where lines are drawn across, from low to high. */
  steps: bigint[];
}

/** Lines across a chart, about. */
const STEPS = 4n;

/** The next of 1, 2, 5, 10, 20 … that is not smaller. */
export function roundUp(value: bigint): bigint {
  let unit = 1n;
  while (unit * 10n < value) {
    unit *= 10n;
  }
  return [unit, 2n * unit, 5n * unit, 10n * unit].find(one => one >= value) ?? 10n * unit;
}

export function scaleOf(values: readonly bigint[]): Scale {
  const most = values.reduce((most, one) => (one > most ? one : most), 0n);
  const least = values.reduce((least, one) => (one < least ? one : least), 0n);
  const span = most - least;
  const step = roundUp(span <= STEPS ? 1n : (span + STEPS - 1n) / STEPS);
  const low = least < 0n ? -((-least + step - 1n) / step) * step : 0n;
  let high = ((most + step - 1n) / step) * step;
  if (high === low) {
    high = low + step;
  }
  const steps: bigint[] = [];
  for (let at = low; at <= high; at += step) {
    steps.push(at);
  }
  return { low, high, steps };
}

/** How far above the floor a value is, in hundredths of a pixel made pixels. */
export function heightIn(scale: Scale, value: bigint, pixels: number): number {
  const share = ((value - scale.low) * BigInt(Math.round(pixels * 100))) / (scale.high - scale.low);
  return Number(share) / 100;
}
