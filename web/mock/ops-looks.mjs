// What the console of the mock looks at.
import { call, no, one, page } from './ops-desk.mjs';
import { CHART, entry, party, PLATFORM, queue, trial } from './ops-shown.mjs';
import { account, BUYER, dayOf, ME, nowOf, OTHER, SHOP, story } from './ops-world.mjs';
import { moment } from './world.mjs';

/** What the buyer's side calls the states of orders. */
const DEAL_STATES = { finished: 'paid', offered: 'waiting', wait_buyer_pay: 'waiting' };

/** What can be looked at. */
export const LOOKS = [
  call('GET', '/ops/search', 'look', ({ orders }, { query }) => {
    const words = query.get('q') ?? '';
    if (!words || words.length > 100) {
      no(400, 'bad_q', 'q has 1 to 100 characters');
    }
    const found = orders
      .filter(order => [order.trade_no, order.out_trade_no].includes(words))
      .map(order => ({
        kind: 'order',
        no: order.trade_no,
        title: order.subject,
        state: order.state,
        amount: order.total,
        currency: 'CNY',
        at: order.opened_at,
        screen: 'order',
        id: order.trade_no,
      }));
    const isParty = [ME, OTHER, SHOP, BUYER].includes(words);
    const parties = isParty
      ? [
          {
            kind: 'party',
            no: words,
            title: '*三',
            state: 'normal',
            amount: null,
            currency: null,
            at: null,
            screen: 'party',
            id: words,
          },
        ]
      : [];
    return { found: [...found, ...parties], complete: true };
  }),
  call('GET', '/ops/parties/{user_id}', 'look', (_, { path }) =>
    [ME, OTHER, SHOP, BUYER].includes(path.user_id)
      ? party(path.user_id)
      : no(404, 'party_not_found', 'there is nobody'),
  ),
  call('GET', '/ops/parties/{user_id}/deals', 'look', ({ orders }, { path, query }) => {
    const deals = orders.map((order, place) => ({
      kind: path.user_id === SHOP ? 'sale' : ['payment', 'transfer_in', 'top_up'][place % 3],
      no: order.trade_no,
      trade_no: place % 3 === 0 || path.user_id === SHOP ? order.trade_no : null,
      direction: path.user_id === SHOP || place % 3 ? 'in' : 'out',
      title: order.subject,
      amount: order.total,
      refunded: order.refunded,
      currency: 'CNY',
      state: path.user_id === SHOP ? order.state : (DEAL_STATES[order.state] ?? order.state),
      at: order.opened_at,
      other: '*四',
    }));
    return page('deals', deals, query);
  }),
  call(
    'GET',
    '/ops/parties/{user_id}/person',
    'look_at_persons',
    (_, { path }) =>
      path.user_id === SHOP
        ? no(404, 'person_not_found', 'a merchant is no person')
        : {
            user_id: path.user_id,
            login: '13800138000',
            name: '张三',
            id_number: '110***********002X',
            evidence: [{ kind: 'bank_card', provider: 'sandbox', verified_at: moment(), expires_at: null }],
            class: 'class_2',
            forgotten: false,
          },
    true,
  ),
  call('GET', '/ops/orders', 'look', ({ orders }, { query }) => {
    const [state, from, to, seller] = ['state', 'from', 'to', 'seller_id'].map(name => query.get(name));
    const fits = order =>
      (!state || order.state === state) &&
      (!from || order.opened_at.slice(0, 10) >= from) &&
      (!to || order.opened_at.slice(0, 10) <= to) &&
      (!seller || order.seller_id === seller);
    return page('orders', orders.filter(fits), query);
  }),
  call('GET', '/ops/orders/{trade_no}', 'look', ({ orders }, { path }) =>
    story(one(orders, order => order.trade_no === path.trade_no, 'order_not_found')),
  ),
  call('GET', '/ops/ledger/chart', 'look', () => ({
    kinds: CHART.map(([kind, klass, zh, en, balance, held = '0.00']) => ({
      kind,
      class: klass,
      zh,
      en,
      sums: [{ currency: 'CNY', accounts: 100, balance, held }],
    })),
    differences: [{ currency: 'CNY', balance: '0.00' }],
    complete: true,
  })),
  call('GET', '/ops/ledger/accounts', 'look', (_, { query }) => {
    const [kind, owner] = ['kind', 'owner'].map(name => query.get(name));
    if (kind && !CHART.some(([known]) => known === kind)) {
      no(400, 'bad_kind', 'there is no such kind');
    }
    const all = [ME, OTHER, SHOP, BUYER].map(user => account('balance', 'liability', user, '812.40'));
    all.push(...CHART.slice(1).map(([name, klass, , , balance]) => account(name, klass, PLATFORM, balance)));
    return page(
      'accounts',
      all.filter(row => (!kind || row.kind === kind) && (!owner || row.owner === owner)),
      query,
    );
  }),
  call('GET', '/ops/ledger/accounts/{account_id}/entries', 'look', ({ orders }, { path, query }) => ({
    account: { ...account('balance', 'liability', BUYER, '812.40'), account_id: path.account_id },
    ...page('entries', orders.map(entry), query),
  })),
  call('GET', '/ops/ledger/trial-balance', 'look', (_, { query }) => {
    const day = query.get('day') ?? dayOf();
    return day > dayOf()
      ? no(404, 'day_not_closed', 'the day is neither closed nor today')
      : trial(day, day !== dayOf());
  }),
  call('GET', '/ops/ledger/transit', 'look', ({ orders }) => ({
    slots: [
      { slot: 7, currency: 'CNY', balance: '5.00' },
      { slot: 47, currency: 'CNY', balance: '-5.00' },
    ],
    sum: [{ currency: 'CNY', balance: '0.00' }],
    orders: [{ trade_no: orders[0].trade_no, currency: 'CNY', balance: '5.00', since: orders[0].opened_at }],
    complete: true,
  })),
  call('GET', '/ops/health', 'look', ({ cases, suspense }) => ({
    at: moment(),
    cell: {
      commands: 12_044,
      batches: 3_120,
      busy: 0,
      reopened: 0,
      durable_sequence: 12_044,
      posted_sequence: 12_041,
      lag_records: 3,
      backlog_rows: 24,
      posting_fails: false,
      journal_bytes: 48_211_002,
      last_stamp: moment(),
    },
    notify: queue(3, { failing: 1 }),
    timers: queue(1_000, { due: 0, at_most: true }),
    bank_orders: queue(1),
    suspense: {
      open: suspense.filter(row => !row.closed).length,
      under_1_day: 0,
      from_1_to_7_days: 3,
      over_7_days: 0,
      at_most: false,
    },
    cases: queue(cases.filter(row => row.state === 'open').length),
  })),
  call('GET', '/ops/configuration', 'look', ({ risk, screening, contracts }) => {
    const version = found => {
      if (!found) {
        return null;
      }
      const { rules, ...more } = found;
      return {
        proposed_at: null,
        approved_by: null,
        effective_at: null,
        ...more,
        entries: rules.length,
        threshold: null,
      };
    };
    const versions = contracts.map(({ in_force: { valid_from, ...terms } }) => ({
      ...terms,
      seller_id: SHOP,
      effective_at: valid_from ?? terms.approved_at,
    }));
    const [contract] = versions;
    return {
      rulebooks: [{ effective_at: moment(), in_force: true, merchant_fee_ppm: 6_000, password_free_limit: '1000.00' }],
      risk: { in_force: version(risk.in_force), proposal: version(risk.proposal) },
      screening,
      contracts: versions,
      history: [
        {
          at: risk.in_force.effective_at,
          what: 'risk',
          version: 3,
          proposed_by: ME,
          approved_by: OTHER,
          subject: null,
        },
        {
          at: contract.approved_at,
          what: 'contract',
          version: contract.version,
          proposed_by: ME,
          approved_by: OTHER,
          subject: `${SHOP} ${contract.product}`,
        },
      ],
      truncated: false,
    };
  }),
  call('GET', '/ops/world', 'look', ({ clock, faults }) => ({
    world: { name: 'default', seed: 7, starts_at: null, resets: 0 },
    clock: { ...clock, ...nowOf(clock) },
    faults,
  })),
  call('GET', '/ops/risk', 'look', ({ risk }) => risk),
  call('GET', '/ops/risk/cases', 'look', ({ cases }, { query }) =>
    page(
      'cases',
      cases.filter(row => !query.get('state') || row.state === query.get('state')),
      query,
    ),
  ),
  call('GET', '/ops/operators', 'look', ({ operators, operatorProposals }) => ({
    operators,
    proposals: operatorProposals,
  })),
  call('GET', '/ops/applications', 'look', ({ applications }, { query }) =>
    page(
      'applications',
      applications.filter(row => row.state === (query.get('state') ?? 'AUDITING')),
      query,
    ),
  ),
  call(
    'GET',
    '/ops/applications/{login}',
    'look_at_persons',
    ({ applications }, { path }) => ({
      ...one(applications, row => row.login === path.login, 'application_not_found'),
      known: {
        account_name: '每日鲜果（上海）有限公司',
        licence_subject: '每日鲜果（上海）有限公司',
        licence_no: '91310000MA1FL0XXXX',
        contact_name: '王小明',
        contact_phone: '13812345678',
      },
    }),
    true,
  ),
  call('GET', '/ops/contracts', 'look', ({ contracts }, { query }) =>
    query.get('user_id') === SHOP
      ? { seller_id: SHOP, contracts }
      : no(404, 'seller_not_found', 'there is no such seller'),
  ),
  call('GET', '/ops/rules', 'look', ({ dated }) => dated),
  call('GET', '/ops/suspense', 'look', ({ suspense }, { query }) => {
    const state = query.get('state');
    return page(
      'suspense',
      suspense.filter(row => !state || (state === 'closed') === (row.closed !== null)),
      query,
    );
  }),
  call('GET', '/ops/recon', 'look', ({ suspense }, { query }) => ({
    day: query.get('day'),
    statements: [1, 2].map(back => ({
      account: '6230001000000000001',
      day: dayOf(back),
      currency: 'CNY',
      opening: '1000000.00',
      closing: '1030276.56',
      lines: 214,
      booked: 214,
      begun_at: moment(),
      ended_at: moment(),
      unexplained: back === 1 ? '0.00' : '17.77',
      classes: [
        { class: 'matched', lines: 210, in: '30000.00', out: '120.00', suspense: false },
        { class: 'late', lines: 2, in: '378.79', out: '0.00', suspense: false },
        { class: 'theirs_only', lines: 2, in: '17.77', out: '0.00', suspense: true },
      ].map(one => ({ ...one, other_in: [], other_out: [] })),
    })),
    suspense,
    books: [
      {
        currency: 'CNY',
        owed: { customers: '1024066.12', merchants: '10240.66', own_income: '6120.44' },
        owned: { bank_reserve: '1030276.56', clearing_in: '10150.66' },
        held_of_balances: '120.00',
        difference: '0.00',
        reserve_by_statements: '1030276.56',
        reserve_by_sandbox: '0.00',
        reserve_unexplained: '0.00',
      },
    ],
    complete: true,
  })),
  call('GET', '/ops/days', 'look', (_, { query }) =>
    page(
      'days',
      Array.from({ length: 34 }, (_, back) => ({ day: dayOf(back + 1), slots: 100 })),
      query,
    ),
  ),
  call('GET', '/ops/days/{day}', 'look', (_, { path }) =>
    path.day < dayOf() ? trial(path.day, true) : no(404, 'day_not_closed', 'the day is not closed'),
  ),
  call('GET', '/ops/screening', 'look', ({ screening }) => screening),
  call('GET', '/ops/screening/hits', 'look_at_persons', (_, { query }) =>
    query.get('user_id') === BUYER
      ? {
          payments_stopped_by: 'list',
          hits: [
            {
              subject: 'person',
              about: 'person',
              at: moment(),
              version: 2,
              entry: 'P1',
              kind: 'person',
              alias: '张三',
              source: 'MPS',
              reason: 'fraud',
              score: 980,
              measure: 'traditional',
              matched: '1=1:980',
              state: 'open',
              release_proposed_by: null,
              decided_by: null,
            },
          ],
        }
      : { payments_stopped_by: 'none', hits: [] },
  ),
  call('GET', '/ops/trail', 'see_trail', ({ trail }, { query }) => ({
    ...page('notes', trail, query),
    last: trail[0].number,
    last_hash: trail[0].hash,
  })),
];
