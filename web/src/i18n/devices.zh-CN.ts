// Words of the device page, of what to do about a camera without picture, and of the first steps.
export const devicesZh = {
  title: '设备', search: '名称、编号、网格、系统', id: '编号', name: '名称', state: '状态', reason: '原因', area: '网格', codec: '编码', size: '分辨率', since: '自', system: '来源系统', offset: '时钟偏差', loss: '丢包（近一分钟）', smallBuffer: '媒体节点 {node} 的 UDP 接收缓冲只有 {hasKb} KiB（应为 {wantedKb}），画面可能丢包。请主机管理员运行', rate: '在线率 24 h',
  village: '村（社区）', place_filter: '区域', mode: '接入方式', every: '全部', none: '没有符合条件的镜头', noneHow: '换一个条件，或清除筛选', table: '镜头清单', clear: '清除筛选', filters: '筛选', count: '{shown} / {total} 路', allStates: '全部 {n}',
  columns: '列', columnsTitle: '显示的列', columnsReset: '恢复默认', export: '导出 CSV', exportFile: '镜头清单', exported: '已导出 {n} 行', add: '添加镜头', edit: '修改', view: { list: '清单', rates: '在线率' },
  import: '导入', dryRun: '试运行结果', rows: '{n} 行', created: '新增 {n}', updated: '更新 {n}', unchanged: '不变 {n}', removed: '删除 {n}', missing: '清单里没有 {n}', refused: '有误 {n}', line: '第 {n} 行', done: '导入完成', choose: '选择 CSV 文件', template: '下载模板',
  checking: '正在检查…', importing: '正在导入…', applyRows: '导入 {n} 行', applyReplace: '导入 {n} 行并删除 {gone} 路', nothing: '文件与现有清单一致，没有要改的', row: '行号', column: '列', problem: '问题', warnings: '提示 {n}', file: '文件 {name}，{kb} KB',
  refusedKept: '有误的行不导入，改好后可再导入', replace: '删除清单里没有的 {n} 路', replaceWhy: '清单作为全部镜头：没有列出的镜头连同接入信息一起删除，历史记录保留', replaceBad: '有误的行改好之前不能删除',
  changes: '会改变的行', what: { new: '新增', changed: '更新' }, fields: '改变的字段', gone: '清单里没有的镜头', andMore: '…还有 {n} 行',
  source: '接入', legal: '法定信息', position: '位置', looks: '朝向、视场', url: '主码流地址', sub_url: '子码流地址', version: '版本', detail: '最近一次尝试', unknown: '未填', short: '实际保存少于应保存期限', enabled: '启用',
  place: '安装位置', keeper: '保管单位', legal_basis: '依据', filing_no: '备案号', notice_sign: '提示标识', forbidden_zone: '禁止区域', video_keep_days: '保存期限（天）', retention_days: '实际保存（天）', yes: '有', no: '无', not_known: '不清楚',
  lon: '经度', lat: '纬度', crs: '坐标系', azimuth: '朝向（°）', fov: '视场（°）', source_system: '来源系统', properties: '其他属性',
  modes: { always: '常连', on_demand: '按需', sampled: '抽样' }, modeHow: { always: '一直连接，画面最新', on_demand: '有人看才连接，平时没有画面', sampled: '轮流取一帧，用于限制路数的平台' },
  onMap: '在地图上', loading: '正在取 {n} 路…', tabs: { now: '现状', history: '历史', diagnosis: '诊断', record: '资料' },
  disable: '停用', enable: '启用镜头', remove: '删除', removeSure: '删除“{name}”？', removeHow: '接入信息一起删除，不能撤销；历史记录保留。暂时不用请选“停用”。', working: '正在处理…',
  noPictures: '这个角色管理设备，不看画面', noPicturesWhy: '画面只给工作需要的人（个人信息保护法：最小必要）。值班员、领导可以看；诊断会说明有没有画面、分辨率和码率。', picture: '最近画面', pictureAge: '{age}前',
  noTown: '还没有区域数据，镜头不按网格分组；放入方法见 docs/town-format.md',
  diagnose: '诊断', diagnosing: '正在诊断，最多 10 秒…', diagnoseHow: '另开一个连接，一步一步试：解析、连接、问答、第一包、第一个关键帧，再量 3 秒。', sub: '子码流', main: '主码流', again: '再试一次',
  steps: '诊断结果', stepOk: '成功', stepBad: '失败', copy: '复制文字', copied: '已复制，可以发给厂家', copyFailed: '复制不了，请手动选取', verdictOk: '画面正常', verdictBad: '没有画面', toVendor: '发给厂家的诊断记录', tried: '试的地址', at: '时间', server: '本系统',
  step: {
    address: '地址', dns: '域名解析', tcp: '建立连接', tls: '加密握手', GET: 'HTTP 隧道', connect: '连接', packet: '第一包数据', keyframe: '第一个关键帧', stream: '码流', OPTIONS: 'OPTIONS', DESCRIBE: 'DESCRIBE', SETUP: 'SETUP', PLAY: 'PLAY',
  } as Record<string, string>,
  measured: '{codec} {w}×{h}，每秒 {fps} 帧，{kbit} kbit/s', gop: '每 {s} s 一个关键帧', noGop: '3 秒内没有第二个关键帧', clockOff: '时钟快 {ms} ms', clockLate: '时钟慢 {ms} ms', clockNone: '没有报告时钟',
  clockAhead: '快 {d}', clockBehind: '慢 {d}',
  history: '状态历史', span: { '24h': '24 小时', '7d': '7 天', '30d': '30 天' }, timeline: '{name} 的时间线：{n} 次变化', kind: { online: '在线', offline: '不在线', unknown: '未观察', disabled: '停用' },
  noChanges: '这段时间没有变化', noHistory: '还没有记录；第一次变化后开始', when: '时间', lasted: '持续', skipped: '其间另有 {n} 次变化未记', more: '更早的变化没有显示', gapRow: '服务没有运行', now: '到现在',
  rates: '在线率', ratesFailed: '在线率没有取到：', historyFailed: '状态记录没有取到：', rateOf: '{online} / {observed}', rateNone: '还没有观察', ratesHow: '在线时间 ÷ 观察时间；停用、待命和服务没有运行的时间不计入。', by: '按', byKind: { village: '村（社区）', cell: '网格', source_system: '来源系统' } as Record<string, string>, cameras: '镜头', total: '合计', noArea: '未归属网格', noSystem: '未填来源系统', showCameras: '看这 {n} 路',
  editTitle: '修改 {name}', addTitle: '添加镜头', save: '保存', saving: '正在保存…', test: '试一下这个地址', testSub: '试子码流', user: '用户名', password: '密码', keepSecret: '不填则保持原样', secretHow: '密码只写不显示；换主机要重新填写。', basics: '基本', where: '位置与区域', extra: '保管与备案',
  idHow: '1–64 个字母、数字或 -_.:，保存后不能改', urlHow: '例如 rtsp://10.20.1.11/Streaming/Channels/101', subHow: '640×360 左右，每 1–2 秒一个关键帧；没有可不填', required: '必填', numberHow: '应为 {min} 到 {max} 的数',
  conflict: '别人刚改过这个镜头', conflictHow: '下面是对方的改动。保留你的改动再保存，或放弃你的改动。', theirs: '对方改成', mine: '你填的', keepMine: '在对方的基础上保留我的', dropMine: '放弃我的改动', conflictSame: '改的是别的字段，可以直接再保存。', saved: '已保存', unsaved: '有改动没有保存，再按一次 Esc 放弃',
};

export const adviceZh = {
  live: '画面正常。', sampled: '平台限制路数，轮流取画面，属于正常。', idle: '按需接入，有人看时才连接。', connecting: '正在第一次连接，几秒内会有结果。', disabled: '已停用，不连接。需要时点“启用镜头”。',
  stale: '连着，但很久没有新的关键帧。看摄像机的关键帧间隔（I 帧间隔）是否过长，网络是否丢包。',
  unreachable: '连不上。检查摄像机供电和网线，地址和端口是否写对，交换机与防火墙是否放行。',
  wrong_password: '密码不对，或没有权限。核对用户名和密码；多次输错会被摄像机锁定，改好后等 5–10 分钟再试。',
  limit_reached: '摄像机或平台的连接数满了。关掉其他取流程序，或把接入方式改为“抽样”“按需”。',
  refused: '摄像机回答了，但拒绝。多半是路径写错：看诊断里 DESCRIBE 的回答，对照厂家的地址格式。',
  no_data: '连上了却没有数据。看摄像机是否死机（重启它），网络是否拥塞或单向不通，UDP 是否被拦。',
  protocol: '回答看不懂。升级摄像机固件，或把诊断记录发给厂家。',
  no_video: '没有 H.264 或 H.265 视频。到摄像机里把编码改成 H.264 或 H.265（不要用智能编码 H.264+/H.265+ 的私有格式）。',
  cannot_decode: '收到画面但不能解码。把编码配置改成基本、主要或高级档，关掉智能编码后再看。',
  decoder_crashed: '这路画面让解码程序出错，已单独隔离，不影响其他镜头。保存诊断记录并联系维护人员；可换子码流再试。',
  frozen: '画面不动。摄像机多半死机或前端在放静止图：重启摄像机，到现场看一眼。',
  black: '画面全黑。看镜头是否被遮挡、夜视是否坏了、现场是否断电。',
  pipeline: '媒体管线出错。看“最近一次尝试”，地址类型是否支持；再不行把诊断记录发给维护人员。',
  bad_url: '地址写错了。点“修改”改成 rtsp://主机/路径 这样的形式，先试再保存。',
  wrong_certificate: '证书与上次见到的不同，没有发送密码。换过摄像机或重置过：把诊断里的指纹与摄像机网页上的核对，再从 camera-certificates 文件里删掉它那一行；没有换过：查清是谁在中间。',
  media_away: '媒体服务断开，正在恢复；与摄像机无关，一般几秒内好。',
  timeout: '规定时间内没有结果：网络太慢，或摄像机不回答。',
} as Record<string, string>;

export const firstZh = {
  title: '还没有镜头', how: '两种办法，几秒后这里就有画面：', one: '用地址添加一路', oneHow: '填 RTSP、HTTP 或文件地址，先试通再保存。', list: '导入清单', listHow: 'CSV 文件，先看每一行会怎样，再导入。', noRight: '这个账号不能添加镜头；请用系统管理员账号登录（首次启动生成的账号在数据目录的 logins.txt）。',
  noArea: '还没有区域数据（村、网格、底图）：可以先添加镜头，它们暂时不分组；区域数据的放法见 docs/town-format.md。', noWatch: '添加以后，用值班员或领导账号登录看画面：系统管理员管理设备，不看画面。', noWatchBar: '这个账号看不到画面：{role}的工作不需要看。值班员、领导可以看。', columns: '必填列 id、name、url；常用列 sub_url、lon、lat、crs、area、source_system、azimuth、fov', roles: {
    system_admin: '系统管理员', supervisor: '督办员',
  } as Record<string, string>,
};
