// Every word that a visitor reads, in both languages side by side, so that none is forgotten.

const WORDS = {
  shop: ['巷口小铺', 'Corner Counter'],
  skip: ['跳到正文', 'Skip to the content'],
  goods: ['商品', 'Goods'],
  my_orders: ['我的订单', 'My orders'],
  other_language: ['English', '中文'],
  footer: ['示例商店，兼容支付宝开放平台接口（Alipay Open API）。这里只有演示用的钱。',
    'A sample shop, compatible with the Alipay Open API. All money here is play money.'],

  hero: ['今天想喝点什么？', 'What will it be today?'],
  hero_more: ['三样小东西，三种付款方式。买一件，再退一件，看看一家店是怎样收钱的。',
    'Three small things, three ways to pay. Buy one, take one back, and see how a shop gets its money right.'],
  pay_online: ['在线支付', 'Pay online'],
  by_qr: ['扫码支付', 'QR code'],
  by_code: ['付款码', 'Pay code'],
  buy_by: ['：购买', ': buy '],

  both_sides: ['两边都由你来扮演', 'You play both sides'],
  both_sides_1: ['选一件商品，用三种方式之一下单。', 'Choose something and one of the three ways to pay.'],
  both_sides_2: ['用下面的演示买家登录收银台付款。', 'On the cashier, sign in as one of the demo buyers below.'],
  both_sides_3: ['回到“我的订单”，退一部分，再退其余。', 'Come back to “My orders”; refund a part, then the rest.'],
  demo_buyers: ['演示买家', 'Demo buyers'],
  login: ['登录名', 'Login'],
  pay_password: ['支付密码', 'Payment password'],
  only_demo: ['只因为是演示才写在这里；真正的商店永远不会知道买家的密码。',
    'Shown only because this is a demo: a real shop never knows a password of its buyers.'],

  order: ['订单', 'Order'],
  details: ['订单信息', 'Details'],
  order_no: ['订单号', 'Order number'],
  amount: ['金额', 'Amount'],
  placed_at: ['下单时间', 'Placed'],
  way: ['付款方式', 'Payment'],
  way_page: ['电脑网页支付', 'Page payment'],
  way_wap: ['手机网页支付', 'Mobile page payment'],
  way_qr: ['扫码支付', 'QR code'],
  way_code: ['付款码', 'Pay code'],
  trade_no: ['交易号', 'Trade number'],
  refunded_so_far: ['已退款', 'Refunded'],
  no_orders: ['还没有订单。', 'No orders yet.'],
  to_the_goods: ['去看看商品', 'See what there is'],

  waiting: ['待付款', 'To be paid'],
  confirming: ['等待买家确认', 'Buyer confirms'],
  unknown: ['正在查询结果', 'Asking for the result'],
  closing: ['正在关闭', 'Being closed'],
  paid: ['已付款', 'Paid'],
  partly: ['部分退款', 'Refunded in part'],
  refunding: ['退款处理中', 'Refund under way'],
  refunded: ['已全额退款', 'Refunded'],
  closed: ['已关闭', 'Closed'],
  late: ['已关闭，款项已退回', 'Closed, paid back'],

  time_left: ['剩余支付时间', 'Time left to pay'],
  minutes_to_pay: ['请在 {} 分钟内付款，过时订单自动关闭。', 'Please pay within {} minutes; after that the order closes by itself.'],
  pay_now: ['去付款', 'Pay now'],
  pay_now_more: ['将前往收银台；付款后会回到这里。', 'This leads to the cashier, and back here after you paid.'],
  give_up: ['取消订单', 'Cancel this order'],
  scan_me: ['请用钱包扫一扫', 'Scan with your wallet'],
  qr_label: ['付款二维码', 'QR code to pay this order'],
  qr_live: ['付款后本页自动更新', 'This page follows by itself once you paid'],
  qr_open: ['没有手机？在新窗口打开这个码', 'No phone at hand? Open the code in a new window'],
  qr_missing: ['二维码还没有生成。', 'There is no code yet.'],
  qr_again: ['重新生成', 'Ask for it again'],
  till: ['收银台', 'Till'],
  code_label: ['买家的付款码', 'The buyer’s pay code'],
  code_help: ['用扫码枪扫，或输入条码下的 18 位数字（以 25–30 开头，60 秒内有效）。',
    'Scan it, or type the 18 digits under the bar code. They begin with 25 to 30 and live for a minute.'],
  code_where: ['打开钱包的付款码页面', 'Open the pay code in the wallet'],
  charge: ['收款', 'Charge'],
  confirming_more: ['买家正在钱包里输入密码。请不要重复收款，本页会自动更新。',
    'The buyer is typing the password in the wallet. Do not charge again; this page follows by itself.'],
  unknown_more: ['还不知道这次收款的结果，正在向平台查询。请不要重复付款。',
    'The result of this charge is not known yet; the shop is asking. Please do not pay again.'],
  closing_more: ['正在关闭订单，请不要再付款。', 'The order is being closed. Please do not pay it any more.'],
  thanks: ['谢谢，已收到付款', 'Thank you, it is paid'],
  pickup: ['取货号', 'Pick-up number'],
  closed_title: ['订单已关闭', 'This order is closed'],
  closed_more: ['没有收取任何款项。', 'Nothing was charged.'],
  late_more: ['付款到达时订单已关闭，全部款项会原路退回。',
    'The payment came after the order had closed. All of it goes back the way it came.'],
  back_more: ['订单关闭时已有付款，平台已全部原路退回。',
    'It was paid while it was being closed. The platform gave all of it back the way it came.'],
  refunded_title: ['全部款项已退回', 'All of it went back to you'],
  buy_again: ['再买一件', 'Buy something else'],

  refund: ['退款', 'Refund'],
  refund_amount_label: ['退款金额（元）', 'Amount in yuan'],
  refund_left: ['最多可退', 'At most'],
  refund_reason_label: ['原因', 'Reason'],
  refund_reason_hint: ['例如：咖啡凉了', 'For example: the coffee was cold'],
  refund_do: ['申请退款', 'Refund'],
  refund_amount: ['请输入大于零、最多两位小数的金额。', 'Please give an amount above zero with at most two decimals.'],
  refund_too_much: ['金额超过可退的余额。', 'That is more than is left to refund.'],
  refund_reason: ['请写明原因，最多 100 个字。', 'Please give a reason of at most 100 characters.'],
  refunds: ['退款记录', 'Refunds'],
  asked: ['处理中', 'Under way'],
  done: ['已退回', 'Given back'],
  refused: ['未成功', 'Refused'],
  reason_late: ['付款迟到', 'Paid too late'],

  story: ['商店做了什么', 'What the shop did'],
  did_placed: ['写下订单，平台还不知道', 'Wrote the order down, before the platform knew of it'],
  did_cashier: ['签名并把买家带到收银台', 'Signed a link and led the buyer to the cashier'],
  did_code: ['请平台生成二维码', 'Had the platform make a QR code'],
  did_scanned: ['扫到付款码，发起收款', 'Read a pay code and charged it'],
  did_confirming: ['平台说：等待买家输入密码', 'Heard: the buyer has to type the password'],
  did_unknown: ['没有得到答复：结果未知，去查询', 'Heard nothing that counts: unknown, so it asked'],
  did_lost: ['查询：平台没有收到，可再试', 'Asked: the platform knows nothing of it; try again'],
  did_refused: ['平台拒绝了这次收款', 'The charge was refused'],
  did_sold_notification: ['验签、核对金额无误的通知：已付款，交货一次',
    'A notification, signature and amount checked: paid, handed out once'],
  did_sold_query: ['主动查询：已付款，交货一次', 'Asked the platform: paid, handed out once'],
  did_sold_answer: ['收款应答：已付款，交货一次', 'The answer to the charge: paid, handed out once'],
  did_amount_differs: ['通知的金额不符：没有理会', 'A notification named another amount: not believed'],
  did_closed: ['关闭订单，二维码和链接失效', 'Closed the order; its code and links are void'],
  did_closed_back: ['关闭订单；平台已退回其间的付款', 'Closed the order; the platform gave back what was paid meanwhile'],
  did_late: ['关闭后才付款：全额退回', 'Paid after it had closed: all of it is given back'],
  did_refund_asked: ['记下退款，再告诉平台', 'Wrote the refund down, then told the platform'],
  did_refund_done: ['退款成功', 'The refund arrived'],
  did_refund_refused: ['平台拒绝了退款', 'The refund was refused'],

  no_unknown: ['暂时没有得到平台的答复，请稍后再试。', 'The platform gave no answer. Please try again in a moment.'],
  no_lost: ['平台没有收到上一次收款，请再扫一次；同一订单只会收一次钱。',
    'The platform knows nothing of the last charge. Please scan again: one order is charged once at most.'],
  no_shape: ['这不是付款码：应为 16 到 24 位数字，以 25–30 开头。',
    'That is no pay code: it has 16 to 24 digits and begins with 25 to 30.'],
  'no_ACQ.PAYMENT_AUTH_CODE_INVALID': ['付款码无效、过期或已用过，请买家刷新后再扫。',
    'The pay code is wrong, too old or used. Ask the buyer for a new one.'],
  'no_ACQ.BUYER_BALANCE_NOT_ENOUGH': ['买家余额不足，请换一种方式。', 'The buyer’s balance is too low.'],
  no_other: ['平台拒绝了：', 'The platform refused: '],

  not_found: ['没有找到', 'Not found'],
  not_found_more: ['这里没有这样的页面，或者它不属于你。', 'There is no such page, or it is not yours.'],
  thanks_elsewhere: ['谢谢！付款结果请在下单的浏览器里查看。', 'Thank you! See the result in the browser in which you ordered.'],
  bad_form: ['这个表单不能接受', 'This form cannot be taken'],
  bad_form_more: ['请返回后再试一次。', 'Please go back and try again.'],
  too_many: ['订单太多了', 'Too many orders'],
  too_many_more: ['请先付清或取消待付款的订单。', 'Please pay or cancel the ones that wait first.'],
  broken: ['商店出错了', 'The shop failed'],
  broken_more: ['什么也没有丢，请稍后再试。', 'Nothing was lost. Please try again in a moment.'],
};

export const LANGUAGES = ['zh', 'en'];

/** The words of one language. A name that is not in the table is a mistake of ours, found by the first test. */
export function wordsOf(language) {
  const column = LANGUAGES.indexOf(language);
  const say = name => {
    if (!Object.hasOwn(WORDS, name)) {
      throw new Error(`no words for ${name}`);
    }
    return WORDS[name][column];
  };
  say.language = language;
  say.has = name => Object.hasOwn(WORDS, name);
  return say;
}

/** The best of our languages for an Accept-Language header; Chinese when it names neither. */
export function preferred(header = '') {
  const wishes = header.split(',').map(part => {
    const [tag, ...rest] = part.trim().split(';');
    const weight = rest.map(one => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean) ?? '1';
    return { language: tag.slice(0, 2).toLowerCase(), weight: Number(weight) };
  });
  return wishes.filter(one => LANGUAGES.includes(one.language) && one.weight > 0)
    .sort((a, b) => b.weight - a.weight)[0]?.language ?? 'zh';
}
