// The words of the code for the counter. Each stands beside its other language.
import type { Pair } from '@kit/words/problems';

export const COUNTER = {
  'codes.parts': ['收款码的种类', 'Kinds of codes'],
  'codes.one_order': ['单笔收款码', 'For one order'],
  'counter.title': ['台卡', 'Counter code'],
  'counter.text': [
    '打印后放在柜台：顾客扫码、输入金额并付款。同一个码长期有效。',
    'Print it and put it on the counter: customers scan it, enter the amount and pay. It stays the same for good.',
  ],
  'counter.limit': [
    '顾客每天用每种付款方式扫台卡最多付 500 元；金额更大时请用收款台或单笔收款码。',
    'A customer pays at most 500 yuan a day by such codes from each way to pay. For more, use the till or a code for '
      + 'one order.',
  ],
  'counter.kind': ['二维码的格式', 'Form of the code'],
  'counter.plain': ['通宝', 'Tongbao'],
  'counter.emv': ['EMV', 'EMV'],
  'counter.plain_text': [
    '内容是通宝的网址：用通宝或手机相机扫码都能打开。',
    'It holds an address of Tongbao, which Tongbao and the camera of a phone can open.',
  ],
  'counter.emv_text': [
    'EMV 是各国钱包通用的商户二维码标准（EMVCo QRCPS）。需要与其他机构的扫码设备通用时选它；手机相机不能直接打开。',
    'EMV is the standard of codes of shops that wallets of many countries read (EMVCo QRCPS). Choose it where devices '
      + 'of others have to read the code; the camera of a phone alone opens nothing.',
  ],
  'counter.no_emv': [
    '此门店的编号无法写入 EMV 二维码，只能用通宝格式。',
    'The ID of this store does not fit an EMV code, so there is only the form of Tongbao.',
  ],
  'counter.paper': ['纸张', 'Paper'],
  'counter.a5': ['A5', 'A5'],
  'counter.a4': ['A4', 'A4'],
  'counter.qr': ['收款台卡：{{name}}', 'Counter code of {{name}}'],
  'counter.scan': ['请用通宝扫码付款', 'Scan with Tongbao'],
  'counter.enter': ['扫码后输入金额', 'then enter the amount'],
  'counter.download': ['下载 SVG', 'Download the SVG'],
} as const satisfies Record<string, Pair>;
