// Words of the alert queue, the situation panel, warnings and the history of alerts.
export const alertsZh = {
  information: '信息 {n} 条', informationHow: '设备提示，无需处置', informationShown: '收起', title: '警情', groups: '警情组', count: '{n} 条', groupCount: '{n} 组', order: '按优先级、时间', listLabel: '警情队列：J、K 移动，A 确认，Enter 打开', none: '当前没有未处理的警情', lastOne: '最近一条 {clock} 结束',
  noHits: '没有符合条件的警情', noHitsHow: '换一个条件，或清除筛选', loading: '正在取警情…', rest: '另有 {n} 条，用筛选查看', beyond: '另有 {n} 条较轻的未列出', toHistory: '在警情历史中查看', waiting: '{n} 条待处理', inQueue: '队列 {n} 行', onMapCount: '警情 {n} 条', mapNoPlace: '{n} 条位置不明，只在队列中', mapUndrawn: '{n} 条较轻的未画出', aside: '搁置、停用 {n} 条', move: '移动', fresh: '{n} 条新警情',
  flood: '{n} 条折叠为 {m} 组，', floodFlat: '10 分钟内超过 {n} 条，没有可折叠的', floodHidden: '隐藏 {k} 条', floodFirst: '；1 级始终可见', foldedWaiting: '，{n} 条未确认', folded: '同组另有 {n} 条',
  reports: '{n} 次报告', recent: '近 30 天此处 {n} 件', nearby: '附近在办 {n} 件', caseCode: '案 {code}', chatter: '频繁抖动', exercise: '演练', test: '测试', over: '已结束', until: '搁置至 {clock}', noPlace: '位置不明',
  priority: { 1: '1 级', 2: '2 级', 3: '3 级', 4: '4 级' } as Record<string, string>,
  state: { unacknowledged: '未确认', acknowledged: '已确认', returned: '恢复未确认', normal: '已结束', shelved: '搁置', out_of_service: '停用' } as Record<string, string>,
  end: { cleared: '设备恢复', case: '已立案', merged: '已并入', ignored: '已忽略', false_alarm: '误报', expired: '已过期', cancelled: '来源撤回', fault: '并入故障' } as Record<string, string>,
  dimension: {
    public_security: '治安警情', traffic: '道路交通', petition: '信访', enforcement: '综合执法', dispute: '矛盾纠纷', livelihood: '民生诉求', camera_alarm: '镜头报警', camera_health: '镜头设备', sensor: '传感器', warning: '预警信息',
  } as Record<string, string>,
  takeBackOf: '撤销系统判断：{what}', machine: { chatter: '抖动', inhibited: '抑制', fault: '合并故障', join: '并入警情组' },
  act: {
    acknowledge: '确认', shelve: '搁置', unshelve: '取消搁置', out_of_service: '停用设备', in_service: '恢复启用', comment: '备注', assign: '指派', ignore: '忽略', false_alarm: '误报', case: '新案', link_case: '并案', merge: '并案', merge_other: '并入其他', separate: '分开', check: '勾选步骤', undo: '撤销',
  } as Record<string, string>,
  done: {
    acknowledge: '已确认', shelve: '已搁置', unshelve: '已取消搁置', out_of_service: '已停用设备', in_service: '已恢复启用', comment: '已备注', assign: '已指派', ignore: '已忽略', false_alarm: '已报误报', case: '已立新案', link_case: '已并案', merge: '已并案', separate: '已分开', check: '已勾选步骤', uncheck: '已取消勾选', undo: '已撤销',
  } as Record<string, string>,
  told: {
    noneToOpen: '没有可立案的警情；J、K 选择一条',
    done: '{done}：{title}', case: '已立新案 {code}：{title}', undone: '已撤销“{act}”：{title}', undoneCase: '已撤销立案，案件 {code} 终止：{title}', undoneSent: '警情已撤出案件 {code}；已派给 {name} 的任务不收回，案件继续。要停办请打开案件：{title}', undoneGoesOn: '警情已撤出案件 {code}，案件继续：{title}', openCase: '打开案件', nothing: '没有可以撤销的操作', chosen: '已选中，请再按一次：{title}', beaten: '{name} 先一步{act}（{clock}）：{title}', failed: '“{act}”没有成功，{why}：{title}',
    all: '同组共 {n} 条', left: '同组办成 {n} 条，{left} 条未办（他人已处理，或不适用）',
  },
  minutes: '搁置分钟', reason: '理由', comment: '备注', needReason: '请填写理由', needText: '请填写内容', me: '本人', noTargets: '附近没有可以并入的警情或案件', noPeople: '没有其他在岗人员', intoCase: '并入案 {code}', askAll: '同组 {n} 条一并办理', times: '×{n}', forMinutes: '{n} 分钟',
  reasons: {
    shelve: ['等待到场', '已派人核实', '设备检修中'], ignore: ['重复信息', '与职责无关', '已电话核实无事'], false_alarm: ['设备误触', '光影变化', '测试触发'], out_of_service: ['设备检修', '设备损坏'], in_service: ['检修完成', '已换设备', '误停'],
  },
  filters: '筛选', search: '标题、地点、案号', clear: '清除筛选', by: { priority: '按优先级', dimension: '按维度', area: '按网格', state: '按状态', source: '按来源' } as Record<string, string>,
  every: { priority: '全部优先级', dimension: '全部维度', area: '全部网格', state: '全部状态', open: '全部待处理', aside: '搁置和停用', source: '全部来源' } as Record<string, string>,
  panel: '警情详情', panelBody: '镜头、原因、步骤、经过', cameras: '最近的可用镜头', enlarge: '放大', enlargeOne: '放大第 {n} 路', faces: '视场覆盖 是', facesNot: '视场覆盖 否', skipped: '跳过的镜头', skippedOne: '跳过', skippedMore: '另跳过 {n} 路', noCameras: '{far} 内没有可用的镜头', noPlaceCameras: '位置不明，不能选镜头', camerasFailed: '镜头没有取到：',
  why: '原因', together: '为何并在一起', sources: '{n} 条警情，为何并在一起', firstOne: '首条', column: { time: '时间', what: '内容', why: '归组理由', act: '操作' },
  checklist: '预案', stepsDone: '{n} / {all} 步', call: '联系人', story: '经过', storyCount: '报告 {reports} · 操作 {acts}', more: '还有 {n} 条', less: '收起', marks: { future: '时间超前', late: '迟到', past: '导入', exercise: '演练', test: '测试' } as Record<string, string>,
  actions: '操作', onMap: '地图', detailFailed: '详情没有取到，队列照常：', openMark: '{title}，{priority}，{state}，{age}', marks_label: '地图上的警情',
  sound: { on: '声音正常', off: '声音已关', muted: '已静音', turnOn: '打开声音', turnOff: '静音', check: '试音', checking: '正在试音…', why: '浏览器在您操作前不发声，按 V 打开' },
  load: { title: '各席警情', failed: '各席警情没有取到：', nobody: '没有值守的席位', seat: '本席 10 分钟警情', n: '{n} 条', limit: '上限 {n} 条', flood: '超过上限', reports: '10 分钟内 {reports} 次报告 → {alerts} 条警情', per10: '10 分钟 {n} 条' },
  layers: '图层', heat: '热力', heatFailed: '热力没有取到：', heatNone: '近 {n} 小时没有警情', warningsFailed: '矛盾预警没有取到：', heatOf: '近 {n} 小时警情', warnings: '矛盾预警', warningOf: '{colour} {count} 起 / 常态 {expected}', colour: { red: '红', yellow: '黄', green: '绿' } as Record<string, string>,
  warningLegend: { red: '红 · 网格密纹 · 须人工确认', yellow: '黄 · 斜纹', green: '绿 · 点纹', how: '近 {n} 天，按网格 × 类别对比自身常态' } as Record<string, string>,
  warningTitle: '{place} 矛盾预警', warningConfirm: '确认红色', warningConfirmed: '{name} 已确认', warningLine: '{what} {count} 起，常态 {expected}，p = {p}', warningNeeds: '红色须人工确认', noWarning: '本网格没有预警',
  cap: { title: '预警发布单位', level: '{colour}预警 {n} 级', bySeverity: '按严重程度折算', sender: '发布', unchecked: '签名未核验', colour: { red: '红色', orange: '橙色', yellow: '黄色', blue: '蓝色' } as Record<string, string>, status: { Actual: '实况', Exercise: '演练', Test: '测试' } as Record<string, string>, type: { Alert: '发布', Update: '更新', Cancel: '解除' } as Record<string, string> },
  history: '警情历史', historyCount: '{n} 条', historyMore: '更早的', historyEnd: '没有更早的了', historyEmpty: '没有符合条件的警情', historyFailed: '历史没有取到：', table: { time: '时间', priority: '优先级', title: '标题', place: '地点', source: '来源', state: '状态', by: '操作人', count: '报告' },
  console: '派单台', hints: '提示', hintsNone: '选中一条警情后，这里显示可能的同一件、近期在此和网格预警', maybeSame: '可能是同一件', match: '匹配 {score}', recentHere: '近期在此', nearHere: '附近在办', back: '返回队列', caseSoon: '新案件按 N 直接建立',
};
