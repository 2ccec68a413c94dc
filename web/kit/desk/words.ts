// The words of the parts that desks share. English has the same keys: each stands beside its Chinese.
import type { Language } from '../languages';
import { generalProblems, wordsOf, type Pair } from '../words/problems';

const PAIRS = {
  name: ['通宝', 'Tongbao'],
  skip: ['跳到内容', 'Skip to the content'],
  menu: ['菜单', 'Menu'],
  main_menu: ['主菜单', 'Main menu'],
  language: ['语言', 'Language'],
  signed_in_as: ['已登录：{{name}}', 'Signed in as {{name}}'],
  sign_out: ['退出登录', 'Sign out'],
  sign_out_unknown: [
    '没有收到答复，可能仍处于登录状态。请重试。',
    'No answer came; you may still be signed in. Try again.',
  ],
  offline: [
    '当前没有网络连接，显示的内容可能不是最新。',
    'There is no connection. What is shown may not be the latest.',
  ],
  loading: ['正在加载', 'Loading'],
  retry: ['重试', 'Try again'],
  close: ['关闭', 'Close'],
  cancel: ['取消', 'Cancel'],
  back: ['返回', 'Back'],
  more: ['加载更多', 'Load more'],
  all_shown: ['已全部显示', 'That is all'],
  shown_count: ['已显示 {{count}} 条', '{{count}} shown'],
  nothing: ['没有内容', 'There is nothing here'],
  nothing_found: ['没有符合条件的内容', 'Nothing matches'],
  sort_up: ['升序', 'ascending'],
  sort_down: ['降序', 'descending'],
  sort_by: ['按{{head}}排序', 'Sort by {{head}}'],
  filters: ['筛选', 'Filters'],
  filters_clear: ['清除筛选', 'Clear filters'],
  filters_go: ['查找', 'Find'],
  all: ['全部', 'All'],
  from: ['从', 'From'],
  to: ['到', 'To'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  copy_failed: ['无法复制，请手动选择。', 'It could not be copied. Select it by hand.'],
  download: ['下载', 'Download'],
  print: ['打印', 'Print'],
  as_table: ['以表格显示', 'Show as a table'],
  when: ['时间', 'When'],
  look_further: ['目前没有找到，可继续查找更早的内容', 'Nothing so far; there is more to look through'],
  to_do: ['操作', 'Actions'],
  of: ['{{what}}：{{name}}', '{{what}}: {{name}}'],
  no_value: ['无', 'None'],
  broken: ['页面出错了', 'This page broke'],
  broken_text: ['没有任何变动。请重试；若仍然出错，请稍后再试。', 'Nothing was changed. Try again, or come back later.'],
  not_found: ['没有找到此页', 'There is no such page'],
  not_found_text: ['链接可能已失效。', 'The link may be out of date.'],
  to_home: ['返回首页', 'To the first page'],
  sign_in: ['登录', 'Sign in'],
  login: ['手机号或邮箱', 'Mobile number or e-mail'],
  password: ['登录密码', 'Login password'],
  sign_in_go: ['登录', 'Sign in'],
  sign_up: ['没有账户？在钱包中注册', 'No account? Sign up in the wallet'],
  by_passkey: ['用通行密钥登录', 'Sign in with a passkey'],
  digits_only: ['只能输入金额，最多两位小数', 'An amount, with two decimals at most'],
} as const satisfies Record<string, Pair>;

/** A word that the shared parts say. */
export type DeskWord = `desk.${keyof typeof PAIRS}`;

const own = wordsOf(PAIRS, 'desk.');

/** All of them, with the refusals that every app may meet. */
export const deskWords = {
  'zh-CN': { ...own['zh-CN'], ...generalProblems['zh-CN'] },
  en: { ...own.en, ...generalProblems.en },
};

/** The words of a desk: these, its own after them, and what it says of refusals. */
export function appWords(
  pairs: Record<string, Pair>,
  problems: Record<string, Pair>,
): Record<Language, Record<string, string>> {
  const [said, refused] = [wordsOf(pairs), wordsOf(problems, 'problem.')];
  const side = (language: Language) => ({ ...deskWords[language], ...said[language], ...refused[language] });
  return { 'zh-CN': side('zh-CN'), en: side('en') };
}
