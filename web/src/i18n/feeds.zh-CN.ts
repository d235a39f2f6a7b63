// Words of the feeds page.
export const feedsZh = {
  title: '数据源', count: '{n} 个', none: '还没有数据源', noneHow: '用“添加数据源”或 wallctl feeds add 建立，密钥只显示一次', failed: '数据源没有取到：', loading: '正在取数据源…', asOf: '截至 {clock}',
  column: { name: '名称', kind: '方式', dimension: '维度', rate: '每秒', lag: '延迟', last: '最近一条', accepted: '已收', refused: '拒绝', error: '最近错误', state: '状态' } as Record<string, string>,
  kind: { http: 'HTTP 推送', mqtt: 'MQTT 订阅', cap: 'CAP 预警', csv: 'CSV 导入', pull: '定时拉取', internal: '系统内部', cameras: '镜头状态' } as Record<string, string>,
  every: '各条自带', never: '还没有', good: '正常', failing: '出错', disabled: '停用', silent: '{d}没有数据', perSecond: '{n}/s', ms: '{n} ms', skew: '时钟偏差 {ms} ms', noError: '无', ago: '{d}前',
  detail: '数据源 {name}', numbers: '数字', requests: '请求', replayed: '重放', limited: '超速', unsigned: '未签名', stranger: '没有本数据源签名而被拒：{n} 次，最近 {clock}，来自 {address}（{why}）；不影响数据源本身', strangerWhy: { bad_signature: '签名不符', bad_time: '时间相差超过 5 分钟' }, away: '总线断开', rateLimit: '限速 {n}/s', keySince: '密钥自 {clock}', noKey: '无密钥',
  rotate: '更换密钥', rotateSure: '更换后旧密钥立即失效，对方要换上新密钥才能继续推送', rotateYes: '确认更换', keyOnce: '新密钥只显示这一次，请现在复制', copy: '复制密钥', copied: '已复制', copyFailed: '复制不了，请手动选取', hide: '已保存，隐藏',
  enable: '启用', disable: '停用', working: '正在处理…', test: '发送测试事件', testHow: '带“测试”标记：走完整路径，不进指标，不响铃', testTitle: '标题', testType: '类型', testPriority: '优先级', testPlace: '经度,纬度', testArea: '网格', testSend: '发送', testSent: '已进入事件流：{id}', testReads: '能读懂，将成为：{title}', testTry: '试读', testTryHow: '只看会成为什么，不发送', busAway: '事件总线断开，暂不接收：', testRefused: '被拒绝：', testDefault: '测试事件',
  poison: '搁出的事件', poisonHow: '处理不了的事件放在这里，原因排除后可以重试', poisonUnknown: '来源不明', poisonNone: '没有搁出的事件', poisonTries: '试过 {n} 次', poisonRetry: '重试', poisonRetryAll: '全部重试', poisonDrop: '丢弃', poisonRetried: '已放回事件流 {n} 条', poisonDropped: '已丢弃 {n} 条', poisonMore: '更多',
  rejected: '读不懂的条目', rejectedHow: '改正字段映射后重试；每个数据源留最新 1000 条，30 天后删除', rejectedRetried: '已收 {taken} 条，仍读不懂 {refused} 条',
  add: '添加数据源', addId: '编号（小写字母、数字）', addName: '名称', addKind: '方式', addDimension: '维度', addDone: '添加', noRight: '只读：更换密钥和发送测试需要系统管理员',
};
