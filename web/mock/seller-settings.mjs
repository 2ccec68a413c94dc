// Calls of the mock about a merchant's apps, notifications, staff and stores: method, path below the merchant, and what
// it does.
import { ACTS_OF, loginOf, newKey, noteOf } from './shop-world.mjs';
import { moment, No, STATUS, withStatus } from './world.mjs';

/** One page of a list whose rows are numbered by their place. */
export function pageOf(rows, query, name) {
  const from = Number(query.get('before') ?? 0);
  const limit = Number(query.get('limit') ?? 20);
  const next = from + limit < rows.length ? String(from + limit) : null;
  return { [name]: rows.slice(from, from + limit), next };
}

/** Whoever found the desk open gives nobody a right here. */
function proves(world, { login_password, pay_password }) {
  if (!login_password === !pay_password) {
    throw new No(400, 'bad_request', 'give login_password or pay_password, one of the two');
  }
  if (login_password && login_password !== world.me.loginPassword) {
    throw new No(403, 'wrong_login', 'login or password is wrong');
  }
  if (pay_password && pay_password !== world.me.payPassword) {
    throw new No(403, 'wrong_password', 'the payment password is wrong', { tries_left: 2 });
  }
}

const memberOf = (shop, user) => shop.staff.find(one => one.user_id === user);
function keepsAnOwner(shop, user) {
  if (memberOf(shop, user)?.role === 'owner' && shop.staff.filter(one => one.role === 'owner').length === 1) {
    throw new No(409, 'last_owner', 'there must be an owner');
  }
}

const appOf = (shop, id) => {
  const app = shop.apps.find(one => one.app_id === id);
  if (!app) {
    throw new No(404, 'app_not_found', 'there is no such app');
  }
  return app;
};

const notices = shop =>
  shop.orders.flatMap(order => order.notices).toSorted((a, b) => (a.happened_at < b.happened_at ? 1 : -1));

const developers = [
  [
    'GET',
    '/notifications',
    (shop, { query }) => {
      const app = query.get('app_id');
      return pageOf(notices(shop).filter(one => !app || one.app_id === app), query, 'notifications');
    },
  ],
  [
    'POST',
    '/notifications/{id}/again',
    (shop, { path }) => {
      const found = notices(shop).find(one => one.notify_id === path.id);
      if (!found) {
        throw new No(404, 'notification_not_found', 'there is no such notification');
      }
      found.attempts += 1;
      if (found.state === 'due') {
        Object.assign(found, { state: 'delivered', next_attempt_at: null, last_error: null });
      }
      return found.state === 'delivered'
        ? { outcome: 'delivered', words: null }
        : { outcome: 'not_delivered', words: 'HTTP 502' };
    },
  ],
  [
    'POST',
    '/doctor',
    (_, { body }) => {
      if (!body.request.includes('sign=')) {
        throw new No(400, 'request_unreadable', 'there is no signature in it');
      }
      const isRight = body.request.includes('sign=right');
      const rebuilt = 'app_id=2021000000000001&charset=utf-8&method=alipay.trade.query&version=1.0';
      return {
        is_right: isRight,
        mistake: isRight
          ? null
          : {
              kind: 'charset',
              advice: '字符集与签名时不同：请按 charset 参数所写的字符集签名。',
              advice_en: 'Signed in another charset: sign in the one that the parameter names.',
              parameter: 'charset',
            },
        rebuilt,
        verifying: isRight ? 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…' : null,
        difference: isRight ? null : { ours: rebuilt, yours: rebuilt.replace('utf-8', 'gbk') },
        expected: isRight ? null : 'utf-8',
      };
    },
  ],
  ['GET', '/apps', shop => ({ apps: shop.apps, may_set: true })],
  [
    'POST',
    '/apps/{app}/keys',
    (shop, { path, body }, world) => {
      const app = appOf(shop, path.app);
      const { keys } = app;
      if (keys.some(one => one.state !== 'retired' && one.public_key === body.public_key)) {
        return app;
      }
      proves(world, body);
      if (!/^M[\w+/=]{80,}$/.test(body.public_key)) {
        throw new No(400, 'bad_public_key', 'this is no public key');
      }
      if (keys.some(one => one.state === 'second')) {
        throw new No(409, 'two_active', 'two keys are in force already; retire one first');
      }
      keys.push(newKey(keys.length + 1, 'second', 0, body.public_key));
      return withStatus(201, app);
    },
  ],
  ...['promote', 'retire'].map(to => [
    'POST',
    `/apps/{app}/keys/{number}/${to}`,
    (shop, { path }) => {
      const app = appOf(shop, path.app);
      const { keys } = app;
      const key = keys.find(one => String(one.number) === path.number);
      noteOf(shop, `app_key.${to}`, `${path.app} ${path.number}`);
      const others = keys.filter(one => one !== key && one.state !== 'retired');
      if (!key) {
        throw new No(404, 'key_not_found', 'there is no such key');
      }
      if (to === 'promote') {
        others.forEach(one => Object.assign(one, { state: 'second' }));
        key.state = 'current';
      } else if (others.length === 0) {
        throw new No(409, 'last_active', 'it is the only key in force');
      } else {
        others.forEach(one => Object.assign(one, { state: 'current' }));
        Object.assign(key, { state: 'retired', active: false, retired_at: moment() });
      }
      return app;
    },
  ]),
];

const places = [
  ['GET', '/staff', shop => ({ staff: shop.staff, next: null })],
  [
    'POST',
    '/staff',
    (shop, { body: { login, role, ...proof } }, world) => {
      proves(world, proof);
      if (!ACTS_OF[role]) {
        throw new No(400, 'bad_role', 'there is no such role');
      }
      if (!/^(1\d{10}|.+@.+)$/.test(login)) {
        throw new No(404, 'person_not_found', 'there is no such person');
      }
      const digits = login.replace(/\D/g, '').padStart(12, '0').slice(-12);
      const user = login === '13800138000' ? shop.staff[0]?.user_id : `2088${digits}`;
      const known = memberOf(shop, user);
      if (known && role !== 'owner') {
        keepsAnOwner(shop, user);
      }
      const row = known ?? { user_id: user, name: '*某', login: loginOf(login), since: moment() };
      row.role = role;
      noteOf(shop, 'staff.set', `${user} ${role}`);
      if (!known) {
        shop.staff.push(row);
      }
      return row;
    },
  ],
  // Before any other that is removed: `me` is nobody's number.
  [
    'DELETE',
    '/staff/me',
    shop => {
      const [own] = shop.staff;
      if (shop.role === 'owner') {
        keepsAnOwner(shop, own.user_id);
      }
      noteOf(shop, 'staff.leave', `${own.user_id} ${shop.role}`);
      shop.role = null;
      return { [STATUS]: 204 };
    },
  ],
  ['GET', '/acts', (shop, { query }) => pageOf(shop.acts, query, 'acts')],
  [
    'DELETE',
    '/staff/{user}',
    (shop, { path }) => {
      keepsAnOwner(shop, path.user);
      noteOf(shop, 'staff.end', `${path.user} ${memberOf(shop, path.user)?.role ?? ''}`.trim());
      shop.staff = shop.staff.filter(one => one.user_id !== path.user);
      return { [STATUS]: 204 };
    },
  ],
  ['GET', '/stores', shop => ({ stores: shop.stores, next: null })],
  [
    'POST',
    '/stores',
    (shop, { body }) => {
      const known = shop.stores.find(one => one.store_id === body.store_id);
      const store = known ?? { store_id: body.store_id, opened_at: moment(), closed_at: null };
      store.store_name = body.store_name;
      if (!known) {
        shop.stores.push(store);
      }
      noteOf(shop, 'store.open', store.store_id);
      return store;
    },
  ],
  [
    'POST',
    '/stores/{store}/close',
    (shop, { path }) => {
      const store = shop.stores.find(one => one.store_id === path.store);
      if (!store) {
        throw new No(404, 'store_not_found', 'there is no such store');
      }
      store.closed_at ??= moment();
      noteOf(shop, 'store.close', store.store_id);
      return store;
    },
  ],
];

export const SETTINGS = [...developers, ...places];
