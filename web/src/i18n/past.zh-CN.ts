export const pastZh = {
  about: '概况', planned: '安排', ended: '结束', length: '时长', sittings: '开了 {n} 次', never: '没有开过', case: '案件', people: '参加的人', came: '到了', always: '每次都到', cameIn: '第 {list} 次到', absent: '没有到',
  outcome: { agreed: '协议生效', failed: '未谈成', refused: '一方拒绝调解', none: '没有协议', talk: '会商', cancelled: '已取消' },
  todo: '还要办', overdue: '已过期', due: { court: { open: '司法确认 {time} 前可申请' }, performance: { open: '履行 {time} 到期', partly: '只部分履行', not: '没有履行' }, case: { waiting: '结果还没记入案件' } },
  elsewhere: '这次的协议、笔录在您的另一个页面上打开了', noTexts: '协议、笔录现在看不到',
  letters: '发出的短信', noLetters: '没有发过', letter: { invite: '链接', meeting_soon: '开会提醒', court_soon: '司法确认提醒', perform_soon: '履行提醒', other: '消息' },
  work: '调解后续', workNone: '没有要办的',
};
