// Words of the screen about the other apps, and who may use them.
import type { Pair } from '@kit/words/problems';

export const DESKS = {
  'desks.title': ['商家与运营', 'Desks'],
  'desks.text': [
    '同一个环境有四个应用：付款的人、收款的商户、运营平台的人和接入的开发者各用一个。',
    'A world has four apps: for those who pay, for merchants, for those who run the platform, and for developers.',
  ],
  'desks.apps': ['四个应用', 'The four apps'],
  'desks.wallet_text': [
    '个人注册、付款、转账。商家平台和运营控制台都用在这里注册的账户登录。',
    'Where a person signs up, pays and sends money. Both desks are signed in to with that account.',
  ],
  'desks.merchant_text': [
    '商户的订单、退款、收银与账单，供商户员工使用。',
    'Orders, refunds, till and bills of a merchant, for its staff.',
  ],
  'desks.console_text': [
    '平台的风险、对账、准入与账簿，供操作员使用。',
    'Risk, reconciliation, applications and the ledger, for operators.',
  ],
  'desks.sandbox_text': ['此页：密钥、请求、故障与时间，供开发者使用。', 'This page: keys, requests, faults and the clock, for developers.'],

  'staff.title': ['设置商户员工', 'Make somebody staff'],
  'staff.text': [
    '沙箱商户开立时没有员工。在此任命一人，此人即可登录商家平台。',
    'Merchants of a sandbox have no staff at first. Whom you name here can sign in to the merchant desk.',
  ],
  'staff.other': ['其他商户…', 'Another merchant…'],
  'staff.seller': ['商户登录名', 'Login of the merchant'],
  'staff.seller_text': ['开立商户时所用的登录名', 'The one that the merchant was opened with'],
  'staff.person': ['手机号或邮箱', 'Phone or e-mail'],
  'staff.person_text': [
    '须已在钱包注册。买家页的沙箱买家不能登录。',
    'Of somebody who signed up in the wallet. The buyers of this page do not sign in.',
  ],
  'staff.role': ['角色', 'Role'],
  'staff.go': ['设为员工', 'Make staff'],
  'staff.done': ['{{person}} 已成为{{merchant}}的员工，角色：{{role}}。', '{{person}} now acts for {{merchant}}: {{role}}.'],
  'staff.next': [
    '下一步：用 {{person}} 登录商家平台。之后由所有者在“员工”页任命其他人。',
    'Next: sign in as {{person}} at the merchant desk. Its owners name everybody else there.',
  ],
  'staff.open': ['打开商家平台', 'Open the merchant desk'],
  'role.owner': ['所有者', 'Owner'],
  'role.manager': ['店长', 'Manager'],
  'role.finance': ['财务', 'Finance'],
  'role.till': ['收银员', 'Till'],
  'role.developer': ['开发', 'Developer'],
  'role.viewer': ['只读', 'Viewer'],
  'role_text.owner': ['一切，包括员工。首位员工须为所有者。', 'Everything, staff too. The first one has to be an owner.'],
  'role_text.manager': ['经营、退款、门店、员工', 'Business, refunds, stores, staff'],
  'role_text.finance': ['订单、收款数字、退款、账单', 'Orders, figures, refunds, bills'],
  'role_text.till': ['收款、查看订单', 'Takes payments, sees orders'],
  'role_text.developer': ['应用、密钥、通知', 'Apps, keys, notifications'],
  'role_text.viewer': ['只能查看', 'Looks only'],

  'pair.title': ['两个人怎样运营', 'How two people run it'],
  'pair.text': [
    '合同、规则、名单等操作由一人提议、另一人批准，任何人都不能批准自己的提议。',
    'Contracts, rules, lists and the like are proposed by one person and approved by another; nobody approves what is their own.',
  ],
  'pair.look': [
    '用任何钱包账户登录控制台。在有第二位操作员之前，登录的人可做一切。',
    'Sign in to the operations console with any account of the wallet. Until there is a second operator, whoever is signed in may do everything.',
  ],
  'pair.pair': [
    '在另一个浏览器或无痕窗口用另一个账户登录，批准第一个人的提议。',
    'Sign in with another account in another browser or a private window, and approve there what the first one proposed.',
  ],
  'pair.appoint': [
    '需要按角色办理时，在“操作员”页提议自己为管理员并接任。从此只有操作员能办理，由两位管理员任命其他人。',
    'To have roles: at Operators, propose yourself as an admin and take the post. From then on operators alone act, and two admins appoint everybody else.',
  ],
  'pair.go': ['打开运营控制台', 'Open the operations console'],
} as const satisfies Record<string, Pair>;
