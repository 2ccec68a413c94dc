// What the index of methods tells and the suite of refusals does not hear, each with its reason. A `*` stands for any
// method or any interface. An exception for which there is no need fails the suite, so that the list can only shrink.

/** Whether an exception, `METHOD NAME INTERFACE`, is about a line of the index. */
export const covers = (exception, line) => {
  const [wanted, found] = [exception.split(' '), line.split(' ')];
  return wanted.every((part, place) => part === '*' || part === found[place]);
};

const A_RACE = 'an app is of a merchant that is there, and a token that was withdrawn is refused before: it takes a'
  + ' withdrawal between the check of the call and the decision';

const A_REVIEW = 'only a merchant that signed as a person without a licence has these limits, which takes documents and a'
  + ' reviewer; the tests of the decisions reach each to the fen';

export const REFUSALS_UNHEARD = {
  '* ACQ.SELLER_NOT_EXIST *': A_RACE,
  '* PAYEE_NOT_EXIST *': A_RACE,
  '* MERCHANT_AGREEMENT_IS_NOT_EXIST *': A_RACE,
  'alipay.fund.trans.uni.transfer PAYER_NOT_EXIST *': A_RACE,
  'alipay.fund.trans.toaccount.transfer PAYER_NOT_EXIST *': A_RACE,
  'alipay.fund.quota.query PAYER_NOT_EXIST *': A_RACE,
  'alipay.fund.batch.create PAYER_NOT_EXIST *': A_RACE,
  '* EXCEED_LIMIT_MM_AMOUNT *': 'it takes fifteen days of sending all that a day allows, which the tests of the'
    + ' decisions do',
  '* ACQ.MERCHANT_PERM_RECEIPT_SINGLE_LIMIT *': A_REVIEW,
  '* ACQ.MERCHANT_PERM_RECEIPT_DAY_LIMIT *': A_REVIEW,
  '* ACQ.MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT *': A_REVIEW,
  'alipay.trade.refund ACQ.SYSTEM_ERROR *': 'parts are under way between two messages of one batch alone, or between'
    + ' two cells, which the simulator runs',
  'alipay.trade.cancel ACQ.REASON_TRADE_REFUND_FEE_ERR *': 'a cancel gives back exactly what is left; it takes a refund'
    + ' that another cell still carries',
  'alipay.user.agreement.unsign USER_AGREEMENT_STATUS_IS_NOT_NORMAL *': 'the number of an agreement that nobody signed'
    + ' is told to nobody; the tests of the room name it',
  'alipay.open.app.alipaycert.download aop.unknow-error *': 'the platform\'s own certificate would have to be broken',
  'alipay.open.file.upload isv.upload-fail v2': 'this SDK sends no upload without a file',
  'alipay.system.oauth.token isv.invalid-parameter v2':
    'its fields are parameters there, and a parameter is always a text',
};

export const MEMBERS_UNHEARD = {
  'alipay.fund.auth.order.app.freeze gmt_trans *': 'once the money is frozen the same request is refused',
};

export const COMMON_UNHEARD = {};
