// Words of people and rights.
export const peopleZh = {
  title: '人员与权限', tab: { users: '用户', departments: '部门', roles: '角色', sessions: '会话', audit: '审计', holds: '保全与留存', deliveries: '消息送达', own: '我的账户' } as Record<string, string>,
  count: '{n} 人', search: '查找', addUser: '添加用户', failed: '没有取到：', loading: '正在取…', everywhere: '全部区域', comma: '、',
  column: { name: '姓名', title: '名称', login: '登录名', unit: '单位', state: '状态', id: '编号', action: '操作' } as Record<string, string>,
  state: { enabled: '启用', disabled: '停用', locked: '已锁定' } as Record<string, string>, on: '已启用', off: '未启用',
  grants: '角色与授权', role: '角色', area: '区域', chooseRole: '选择角色', deputies: '人大代表的单项授权', takeGrant: '去掉这一项', addGrant: '加一项', grantTimes: '设起止时间', grantFrom: '授权开始时间', grantUntil: '授权结束时间', noEnd: '长期有效', span: '{from} 至 {until}', spanFrom: '自 {from}', spanUntil: '至 {until}', inBrackets: '（{facts}）', grantState: { waits: '未开始', holds: '有效', over: '已到期' } as Record<string, string>,
  department: '部门', noDepartment: '不属于部门', phone: '手机', phoneKnown: '已加密保存，留空不变', phoneHow: '加密保存', password: '初始密码', newPassword: '新密码', mayLogin: '允许登录',
  endsSessions: '保存后该用户的全部会话结束，需重新登录', saved: '已保存', save: '保存', add: '添加', unlock: '解除锁定', unlocked: '已解除锁定', totpTake: '关闭其动态码', totpTaken: '动态码已关闭',
  auditorHow: '安全审计员账户不由系统管理员管理，只能在服务器上用命令行修改', noRight: '只读：修改需要系统管理员',
  departments: '{n} 个部门', addDepartment: '添加部门', noDepartments: '还没有部门', noDepartmentsHow: '派单需要部门：用“添加部门”建立', kind: '类型', parent: '上级', leader: '负责人', leaderPhone: '负责人电话', leaderKnown: '已加密保存，留空不变', known: '已登记', unknown: '未登记',
  kinds: { department: '部门', station: '站所', village: '村 / 社区', court: '法院', police: '公安', mediation: '调委会', outside: '外单位' } as Record<string, string>,
  idHow: '编号（小写字母、数字，建立后不变）', nameEn: '英文名称', takesWork: '接收派单',
  rolesHow: '角色的权限由系统规定；授权时逐项选择区域', mayDo: '可以', grantOf: '代表授权', nothingMore: '仅登录', sessions: '{n} 个会话', browser: '浏览器', address: '地址', since: '登录时间', lastUse: '最近使用', endSession: '结束会话', thisOne: '本会话',
  object: '对象', from: '自', until: '至', check: '核验链条', export: '导出', anyAction: '全部', number: '序号', time: '时间', details: '内容', system: '系统', noRecords: '没有符合条件的记录', more: '更早的记录',
  broken: '第 {n} 条记录与链条不符', whole: '{n} 条记录，链条完整',
  held: { case: '案件', person: '当事人', camera: '摄像机的观看记录', view_log: '观看记录', view_reason: '观看事由', attachment: '附件', meeting: '会议', notification: '通知' } as Record<string, string>,
  heldObject: '编号，留空为全部', reason: '事由', hold: '设置保全', placed: '设置人', lift: '解除', lifted: '{clock} 解除', stands: '保全中', noHolds: '没有法律保全', retention: '留存期限', days: '{n} 天', forEver: '长期', deleted: '已删除', heldBack: '因保全留下',
  group: { login: '登录', user: '用户', department: '部门', totp: '动态码', session: '会话', grant: '授权', person: '当事人信息', hold: '法律保全', retention: '到期删除', camera: '摄像机', feed: '数据源', case: '案件', refused: '越权' } as Record<string, string>,
  action: {
    login: '登录', logout: '退出', login_failed: '登录失败', login_limited: '尝试过多', password_change: '修改密码', password_refused: '原密码错误', user_add: '添加用户', user_change: '修改用户', user_unlock: '解除锁定', grant_give: '授权', grant_begin: '授权生效', grant_end: '授权结束', grant_wait: '授权待生效', totp_on: '启用动态码', totp_off: '关闭动态码', totp_reset: '代关动态码',
    session_end: '结束会话', department_add: '添加部门', department_change: '修改部门', person_add: '登记当事人', person_change: '修改当事人', person_reveal: '查看当事人原文', person_erase: '清除当事人', hold_place: '设置保全', hold_lift: '解除保全', retention_delete: '到期删除', refused: '越权被拒', camera_put: '修改摄像机', camera_delete: '删除摄像机', camera_import: '导入摄像机',
  } as Record<string, string>,
  changePassword: '修改密码', oldPassword: '原密码', passwordChanged: '密码已修改', totp: '动态码', totpHow: '登录时除密码外再输入身份验证器上的 6 位数字，密码泄露也进不来', totpIsOn: '已启用：登录时要输入身份验证器上的 6 位数字', totpBegin: '启用动态码', totpEnd: '关闭动态码', totpOn: '动态码已启用',
  totpScan: '用身份验证器扫描二维码，或手工输入下面的密钥，再填上它显示的 6 位数字', code: '6 位动态码', totpConfirm: '确认启用', qr: '动态码密钥的二维码', ownSessions: '我的会话',
  roles: {
    call_taker: '接线员', operator: '值班员', grid_worker: '网格员', department_handler: '部门办理员', supervisor: '督办员', verifier: '回访员', mediator: '调解员', deputy: '人大代表', auditor: '监督员', front_desk: '综合受理', leader: '领导', system_admin: '系统管理员', security_auditor: '安全审计员',
    deputy_collect: '民情收集', deputy_hand_over: '交办部门', deputy_mediation: '参与重大调解', deputy_observe: '旁听', deputy_audit: '监督检查',
  } as Record<string, string>,
  rights: {
    camera_list: '镜头清单', camera_live: '观看画面', camera_edit: '维护镜头', place_see: '地图', wall_see: '大屏', wall_drive: '操作大屏', user_see: '查看用户', user_edit: '管理用户和部门', audit_see: '审计日志', config_see: '查看配置', config_edit: '修改配置', alert_see: '警情', alert_handle: '处置警情', feed_see: '数据源', feed_edit: '维护数据源',
    case_see: '本区域全部案件', case_open: '警情立案', case_own: '与己有关的案件', case_register: '登记诉求', case_act: '办理案件', case_indicators: '指标', case_audit: '抽查案卷', person_see: '当事人（隐去部分）', person_edit: '登记当事人', person_reveal: '注明事由查看原文', person_erase: '清除当事人信息', hold_edit: '法律保全',
  } as Record<string, string>,
};
