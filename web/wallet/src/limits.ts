// What the limits are shown as: one panel for each kind, and in it one part for the wallet or a card.
import type { Limit } from '@kit/api/shapes';
import { fenOf } from '@kit/money';

/** Parts of a whole bar. */
export const WHOLE = 1000;

/** The limits of one card, or of no card. */
export interface Part {
  card: NonNullable<Limit['card']> | null;
  limits: Limit[];
}

/** The limits of one kind. */
export interface Group {
  kind: Limit['kind'];
  parts: Part[];
}

/** How much of a bar is full, in parts of `WHOLE`. Anything that was used is seen, and a limit of nothing is full. */
export function fullOf({ used, most }: Pick<Limit, 'used' | 'most'>): number {
  const [part, whole] = [fenOf(used) ?? 0n, fenOf(most) ?? 0n];
  if (whole <= 0n) {
    return WHOLE;
  }
  const full = Number((part * BigInt(WHOLE)) / whole);
  return part > 0n ? Math.min(WHOLE, Math.max(10, full)) : 0;
}

/** By kind and card, in the order in which the platform tells them. */
export function grouped(limits: readonly Limit[]): Group[] {
  const groups: Group[] = [];
  for (const limit of limits) {
    let group = groups.find(one => one.kind === limit.kind);
    if (!group) {
      group = { kind: limit.kind, parts: [] };
      groups.push(group);
    }
    const card = limit.card ?? null;
    const part = group.parts.find(one => one.card?.no === card?.no);
    if (part) {
      part.limits.push(limit);
    } else {
      group.parts.push({ card, limits: [limit] });
    }
  }
  return groups;
}
