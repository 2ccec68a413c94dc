// The words of buyers who ask for their money. Each stands beside its other language.
import type { Pair } from '@kit/words/problems';

export const REQUESTS = {
  'requests.title': ['退款申请', 'Asked for a refund'],
  'requests.text': ['以下付款人在等待您的答复。', 'These buyers wait for your answer.'],
  'requests.reason': ['原因', 'Why'],
  'requests.asked': ['申请时间', 'Asked'],
  'requests.answered': ['处理时间', 'Answered'],
  'requests.answer': ['您的说明', 'Your answer'],
  'requests.no': ['拒绝', 'Say no'],
  'requests.no_title': ['拒绝退款申请', 'Say no to the refund'],
  'requests.no_reason': ['原因（付款人可见）', 'Why not (the buyer reads it)'],
  'requests.no_go': ['确认拒绝', 'Say no'],
  'requests.no_done': ['付款人会看到您的说明。', 'The buyer reads your answer.'],
  'requests.yes_text': ['同意时请退款。', 'To agree, refund it.'],
  'request_state.open': ['等待答复', 'Waits'],
  'request_state.met': ['已退款', 'Refunded'],
  'request_state.refused': ['已拒绝', 'Refused'],
} as const satisfies Record<string, Pair>;
