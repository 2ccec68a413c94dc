// The own order of what is paid with, as the mock keeps it.
import { No } from './world.mjs';

/** Pockets of one order. */
const MOST = 21;

const bound = world => world.cards.filter(one => one.state === 'bound');

/** Where a pocket stands in the own order; behind it when it is not in it. */
export function placeOf(world, pocket) {
  const own = world.pockets ?? [];
  const at = own.indexOf(pocket);
  return at < 0 ? own.length : at;
}

export function ownPockets(world) {
  const own = (world.pockets ?? []).filter(one => one === 'balance' || bound(world).some(card => card.no === one));
  // What was given up is in no order.
  world.pockets = own.length > 0 ? own : null;
  const all = [{ pocket: 'balance', card: null }, ...bound(world).map(card => ({ pocket: card.no, card }))];
  const pockets = all.map(one => ({ ...one, is_set: own.includes(one.pocket) }));
  pockets.sort((a, b) => placeOf(world, a.pocket) - placeOf(world, b.pocket));
  return { is_set: world.pockets !== null, most: MOST, pockets };
}

export function setPockets(world, { pockets }) {
  if (pockets.length > MOST) {
    throw new No(400, 'too_many_pockets', `an order has ${MOST} pockets at most`);
  }
  for (const no of pockets.filter(one => one !== 'balance')) {
    const card = world.cards.find(one => one.no === no);
    if (!card) {
      throw new No(404, 'card_not_found', 'no such card');
    }
    if (card.state !== 'bound') {
      throw new No(409, 'card_not_bound', 'one of the cards is not bound');
    }
  }
  if (new Set(pockets).size < pockets.length) {
    throw new No(400, 'pocket_twice', 'one pocket stands in the order twice');
  }
  if (pockets.length === 0) {
    throw new No(400, 'no_pockets', 'an order names one pocket at least');
  }
  world.pockets = pockets;
  return ownPockets(world);
}

export function clearPockets(world) {
  world.pockets = null;
  return ownPockets(world);
}
