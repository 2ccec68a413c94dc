// The words of what helps in a sandbox. Each stands beside its other language.
import { wordsOf } from '@kit/words/problems';

const PAIRS = {
  'sandbox.hint': ['沙箱提示', 'For trying out'],
  'sandbox.code': ['沙箱不发真短信和邮件。验证码：{{code}}', 'A sandbox sends no messages. The code is {{code}}.'],
  'sandbox.bank_code': ['沙箱银行不发真短信。验证码：{{code}}', 'The sandbox bank sends no messages. The code is {{code}}.'],
  'sandbox.message': ['沙箱不发真短信，内容如下：', 'A sandbox sends no messages. This one says:'],
  'sandbox.not_registered': [
    '此账号没有应用账户，因此没有验证码。请先注册。沙箱预置的买家不能登录此应用。',
    'This login has no account in the app, so there is no code. Sign up first. Buyers that a sandbox was seeded with do not sign in here.',
  ],
  'sandbox.already_registered': [
    '此账号已有账户，因此没有验证码。请登录，或换一个手机号或邮箱。',
    'This login is taken, so there is no code. Sign in, or take another number or address.',
  ],
  'sandbox.use_code': ['填入 {{code}}', 'Fill in {{code}}'],
  'sandbox.fill': ['填入示例', 'Fill in an example'],
  'sandbox.identity': [
    '沙箱相信任何校验正确的身份证号，例如 {{example}}。',
    'The sandbox believes every identity number with a right checksum, for example {{example}}.',
  ],
  'sandbox.card': [
    '沙箱银行接受任何校验正确的卡号，例如 {{example}}；手机号任意，但不能以 0000 结尾。',
    'The sandbox bank takes every card number that checks, like {{example}}, and mobiles that do not end in 0000.',
  ],
  'cards.holder_text': ['实名认证的姓名（{{name}}）', 'The name that you proved ({{name}})'],
} as const;

/** A word that helps in a sandbox. */
export type TryingWord = keyof typeof PAIRS;

export const trying = wordsOf(PAIRS);
