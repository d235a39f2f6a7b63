export const filmsZh = {
  link: '录像', again: '刷新', none: '没有录像。录过的会议休会或结束后生成，可能要等几分钟。', erased: '已按保存期限销毁，只留下时间线、摘要和查看记录', film: '会议录像', look: '查看录像', why: '查看原因（记入会议记录和审计日志）', lookNow: '记下原因并查看',
  timeLine: '时间线', inFilm: '录像中', clock: '当时', seats: '谁在其中', kind: { mic: '声音', camera: '画面', screen: '共享屏幕' }, and: '、', looks: '查看记录', nobody: '还没有人看过', somebody: '不在名单上的人',
};
export const poolZh = {
  link: '调解室、队伍和调解员', lists: '名册', list: { rooms: '共享调解室', teams: '调解队伍', mediators: '调解员' }, failed: '名册没有取到：', none: '名册里还没有', add: { rooms: '新增调解室', teams: '新增队伍' }, onlyRead: '名册由值班长和领导维护。',
  column: { name: '名称', area: '所在区域', address: '地址', open: '开放时间', busy: '七天内安排', state: '状态', kind: '类别', lead: '负责人', members: '成员', teams: '所在队伍' }, active: '使用中', inactive: '已停用', times: '{n} 场', free: '没有',
  field: { name: '名称', unit: '单位', area: '所在区域', address: '地址', lon: '东经', lat: '北纬', atArea: '用区域中心', seats: '座位数', equipment: '设备', note: '备注', kind: '类别', disputes: '擅长的纠纷', languages: '语言、方言（用顿号隔开）', lead: '负责人', members: '成员', active: '使用中（去掉后不再可选，以前的记录不变）' },
  hours: { title: '开放时间', how: '一段都不写就是一直开放', from: '自', to: '至', begin: '从', end: '到', add: '加一段', drop: '去掉这一段' }, closed: { title: '不开放的日子', day: '日期', add: '加一天', drop: '去掉 {day}', none: '没有' },
  teamKind: { town: '镇人民调解委员会', village: '村（社区）调解', industry: '行业性、专业性', personal: '个人调解室' }, mediatorKind: { full_time: '专职', part_time: '兼职', volunteer: '志愿者', lawyer: '律师', judge: '退休法官、法官', expert: '专家' },
  save: '保存', saved: '已保存', conflict: '别人刚才改过，您的没有保存。', reload: '看新的内容', taken: '七天内的安排', nobody: '–',
};
