export const dutyZh = {
  noShift: '当前无班次', noRoster: '没有排班', missing: '缺 {roles}', unsigned: '{shift} 交班未签收（未结 {n} 项）', strip: '带班', stripUnsigned: '交班未签收', roster: '排班表', table: '{from} 起两周的班次', day: '日期', edit: '编辑', editOne: '编辑 {shift}', editHow: '每行一人：岗位 姓名', wrongLine: '看不懂这一行：{line}', save: '保存',
  plan: '岗位与班次', planRoles: '岗位，每行：代码 | 中文 | 英文 | 每班需要人数', planTimes: '班次，每行：代码 | 中文 | 英文 | 开始 HH:MM | 分钟',
  earlier: '前两周', later: '后两周', import: '导入 CSV', importDry: '试读 {rows} 行，{shifts} 班，有误 {refused} 行；尚未保存', importDone: '已导入 {rows} 行，{shifts} 班', importError: '第 {line} 行 {column}：', importNow: '导入',
  book: '交接班 {shift}', noBook: '还没有要交接的班次；排班后自动出现', notes: '交接内容', notesHow: '本班发生了什么，下一班要盯什么', noNotes: '没有写交接内容', matters: '未结事项（自动汇总）', noMatters: '没有未结事项', hidden: '另有 {n} 项不在你的权限内',
  hand: '交班', sign: '签收', signHow: '以本次登录签收，记入审计', ownHandover: '交班人不能签收自己交的班', saved: '已保存', handed: '已交班，等待接班人签收', signed: '已签收', handedBy: '{name} {clock} 交班', handedAlone: '{clock} 班次结束，无人交班，系统已汇总', signedBy: '{name} {clock} 签收', offRoster: '（不在下一班排班表上）',
  state: { open: '当班', handed: '待签收', signed: '已签收' }, kind: { alert: '警情', order: '交办', ask: '待裁定', cameras: '镜头', feed: '数据源' },
  calls: '来电', withheld: '号码未显示', takeCall: '填入来电', event: { ringing: '振铃中', answered: '通话中', ended: '已挂断' }, extension: '分机', extensionIs: '本席分机 {extension}', extensionNone: '没有登记本席分机，来电不会弹出', extensionSaved: '已保存',
};
