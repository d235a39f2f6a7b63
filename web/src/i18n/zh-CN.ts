import { alertsZh } from './alerts.zh-CN.ts';
import { filesZh } from './files.zh-CN.ts';
import { casesZh } from './cases.zh-CN.ts';
import { adviceZh, devicesZh, firstZh } from './devices.zh-CN.ts';
import { dutyZh } from './duty.zh-CN.ts';
import { feedsZh } from './feeds.zh-CN.ts';
import { notifyZh } from './notify.zh-CN.ts';
import { meetZh } from './meet.zh-CN.ts';
import { talkZh } from './talk.zh-CN.ts';
import { pastZh } from './past.zh-CN.ts';
import { filmsZh, poolZh } from './pool.zh-CN.ts';
import { peopleZh } from './people.zh-CN.ts';

export const zhCN = {
  product: '一屏看全镇',
  view: { map: '地图', mosaic: '马赛克', live: '画面', devices: '设备', ultra: '大屏', console: '警情', alerts: '警情历史', feeds: '数据源', people: '人员与权限', cases: '案件', case: '案件', intake: '登记', work: '任务', indicators: '指标', ledger: '导入台账', duty: '值班', meetings: '调解', meeting: '会议室', films: '会议录像', pool: '调解名册', guest: '网上调解、会商' },
  login: {
    title: '登录', name: '登录名', password: '密码', code: '动态码', submit: '登录', working: '正在登录…',
    wrong: '登录名或密码不正确', wait: '尝试过多，请 {s} 秒后再试', failed: '登录失败：{why}', ended: '会话已结束，请重新登录', logout: '退出登录',
  },
  reason: {
    title: '请填写本班次的观看事由', why: '公共安全视频的每次观看都要记录（公共安全视频图像信息系统管理条例第十六条）。每班填写一次。',
    field: '观看事由', example: '例如：值班巡看', submit: '确定', common: ['值班巡看', '警情处置', '设备巡检'],
  },
  connection: {
    open: '实时', delay: '延迟 {s} s', connecting: '正在连接', closed: '与服务器断开 {time}，正在重连', closedSince: '下面是 {clock} 的内容',
    seats: '{n} 席在岗', lost: '已断开', unreachable: '连不上服务器', unreachableHow: '每 2 秒自动重试；一直连不上时，请检查本机网络，或请系统管理员查看服务器', again: '立即重试',
  },
  notice: {
    disk_full: '磁盘已满，新记录存不下', disk_fullNext: '画面不受影响；请系统管理员清理数据盘', store_failing: '记录写入积压', store_failingNext: '画面不受影响；请系统管理员检查数据盘',
    disk_low: '磁盘剩余不足 1 GB', disk_lowNext: '请系统管理员清理数据盘', redis_away: '事件总线断开', redis_awayNext: '画面不受影响，恢复后自动补发；持续时请系统管理员检查 Redis',
    media_away: '媒体服务断开，没有新画面', media_awayNext: '下面是最后的画面，会自动恢复；超过一分钟请系统管理员查看 townwall-media', since: '自 {clock}', more: '另有 {n} 条', region: '系统提示',
  },
  strip: {
    label: '全镇指标', online: '镜头在线', of: '{n} / {all} 路', age: '画面时间中位', p99: 'p99 {s}', down: '无画面', downMeans: '连不上、要别的密码或不送画面的镜头；停用和待命的不算。', stale: '陈旧', staleMeans: '连着，但没有新画面，或画面冻结、全黑的镜头', inflow: '视频流入', units: '{n} 帧/s', cores: '处理器', coresOf: '媒体 {n} 核', picture: '取图 {n}', seats: '在岗', seatsUnit: '{n} 席', none: '无', duty: '本席 {name}', percent: '{n}%', mbits: '{n} Mbit/s', paths: '{n} 路', coresUnit: '{n} 核',
  },
  trouble: {
    title: '异常镜头', count: '{n} 路', order: '按发生时间', none: '当前没有异常镜头', all: '{n} 路全部正常', last: '最近一次恢复 {clock}', fresh: '{n} 条新变化，按 Enter 更新', rest: '另有 {n} 路，在马赛克中筛选', label: '异常镜头，上下键移动，Enter 在地图上打开', waiting: '正在取镜头状态…',
  },
  bar: {
    views: '视图', outage: '{host}：{of} 路中 {down} 路无画面（{reason}）', outageMore: '另有 {n} 台设备', untouched: '不受影响：正在看的画面', asOf: '截至 {clock}',
    command: '输入 / 查找镜头', keys: '全部按键', found: '{n} 路 · Enter 跳转', none: '没有找到', picture: '画面时间', shed: '正在降级', shedDetail: '全镇画面刷新变慢', clock: '{m} 月 {d} 日 {w}',
    weekdays: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  },
  state: {
    connecting: '正在连接', live: '正常', sampled: '抽样', idle: '待命', stale: '陈旧', down: '无画面', disabled: '停用',
  },
  why: {
    unreachable: '不可达', wrong_password: '密码错', limit_reached: '连接数已满', refused: '被拒', no_data: '无数据', protocol: '协议错', no_video: '无视频轨',
    cannot_decode: '不能解码', decoder_crashed: '解码崩溃', frozen: '冻结', black: '黑屏', pipeline: '管线错误', bad_url: '地址有误', wrong_certificate: '证书不符', media_away: '媒体服务中断', connecting: '正在连接', disabled: '停用',
    no_right: '没有权限', reason_required: '需填写事由', limit: '路数已满', too_often: '打开过于频繁', other: '其他原因', no_picture: '还没有画面', stopped: '已停止', replaced: '已替换', timeout: '超时', unknown_camera: '没有这个镜头', browser: '浏览器不能解码',
  },
  rung: { none: '无画面', thumb: '缩略', key: '关键帧', live: '实时' },
  mosaic: {
    noWebgl: '这个浏览器没有 WebGL2，马赛克不能显示', noWebglHow: '地图和画面可用；请打开浏览器的硬件加速或换用新版浏览器', noAreas: '网格数据没有取到，镜头未分组',
    total: '{n} 路', map: '全镇小图', view: '当前视野 {p}%', placed: '位置 {name}', village: '{n} 路', noPicture: '无画面 {n}', oldest: '最旧 {s}', age: '画面时间 0–5 s', quantiles: 'p50 {p50} s · p99 {p99} s', loading: '正在取 {n} 路…', loadingAll: '正在取镜头…',
    empty: '还没有镜头', emptyHow: '用 wallctl cameras import 或“设备”页导入镜头清单', noHits: '没有符合条件的镜头', noHitsHow: '按 Esc 清除查找和筛选', wholeTown: '全镇', toMap: '转地图',
    label: '马赛克：{n} 路镜头。方向键移动，Shift 加方向键按网格移动，加减号缩放，Enter 播放，F 转到地图', tile: '{name}，{state}，画面 {age}',
    other: '未归属网格',
  },
  live: {
    empty: '还没有选镜头', emptyHow: '在地图或马赛克上选镜头，或按 / 查找', vacant: '空格：从列表选镜头', layout: '{n} 画面', grid: '画面布局', tile: '{name}，{state}', choose: '选镜头', chooseDone: '看画面', size: '{w}×{h}', full: '全屏', dropped: '丢 {n}', waiting: '等待画面', close: '关闭',
    decoder: { webcodecs: 'WebCodecs', mse: 'MSE' }, transcoded: '转码', main: '主码流', sub: '子码流',
  },
  map: {
    loadingGround: '正在载入底图…', groundFailed: '底图没有取到，镜头和网格照常：', noMap: '没有底图', noMapHow: '镜头和网格照常；底图文件放进 town.dir 后重启', drawKeys: '方向键移动十字，空格定点，Enter 完成，Esc 取消', circle: '画圆选镜头', line: '画线选镜头', open: '打开 {n} 路', drawHint: '在地图上按住拖动；Esc 取消', scale: '比例尺', cameras: '镜头', cell: '网格', all: '全镇', zoomIn: '放大', zoomOut: '缩小', home: '回到全镇',
    total: '镜头 {n} 路', picked: '选中 {n} 路', nearest: '打开最前 {n} 路', cellNumber: '{n} 网格', openCell: '打开网格镜头', legend: '图例', tools: '地图工具', where: '所在位置', wedge: '扇形为视场', failed: '取不到地图', inView: '视野内镜头 {n} 路',
    mirror: '视野内镜头 {n} 路，方向键逐个移动', unplaced: '{n} 路没有位置，只在马赛克中',
    label: '地图：方向键移动，加减号缩放，Tab 到镜头后方向键逐个，Enter 播放，O 打开网格镜头，C 画圆，L 画线，F 转到马赛克，Esc 返回上一级',
  },
  devices: devicesZh,
  alerts: alertsZh,
  cases: casesZh,
  files: filesZh,
  feeds: feedsZh,
  notify: notifyZh,
  duty: dutyZh,
  people: peopleZh,
  meet: meetZh,
  talk: talkZh,
  past: pastZh,
  films: filmsZh,
  pool: poolZh,
  advice: adviceZh,
  first: firstZh,
  keys: {
    notes: '通知',
    gt: '调解', g6: '警情台', g7: '数据源', g8: '人员与权限', g9: '案件', g0: '我的任务', gi: '登记', gn: '指标', gd: '值班', commandLine: '命令行填表', joinCase: '并入相似案件', nextCase: '下一件 / 上一件', nextColumn: '换一列', openCase: '打开案件', findCase: '查找案件', closeCase: '返回看板', caseActs: '案件操作（见按钮）', nextAlert: '下一条 / 上一条警情', openAlert: '打开警情', acknowledge: '确认', shelve: '搁置', newCase: '新案', merge: '并案（有建议时直接并入，Shift 列出其他）', falseAlarm: '误报', ignore: '忽略', comment: '备注', assign: '指派', undo: '撤销上一操作', outOfService: '停用 / 恢复启用设备', undoMachine: '加 Shift：撤销系统判断', findAlert: '在地图上找', information: '展开 / 收起信息', newRows: '显示新警情', enlargeCamera: '放大一路', closeAlert: '收起', sound: '声音开 / 关',
    g5: '大屏', pan: '移动地图', zoom: '放大 / 缩小', toMosaic: '转到马赛克', toMap: '转到地图', openCell: '打开网格镜头', circle: '画圆选镜头', line: '画线选镜头', play: '播放', enlarge: '放大一路 / 还原', step: '换镜头', remove: '移出画面', clear: '清除查找、筛选', tiles: '移动焦点', cells: '按网格移动', here: '本页', legend: '图形', states: '状态', reasons: '无画面的原因', size: '字号', sizeHow: '按观看距离选，记在这块屏上', times: '{n} 倍', layout1: '1 画面', layout4: '4 画面', layout9: '9 画面', layout16: '16 画面',
    title: '全部按键', g1: '地图', g2: '马赛克', g3: '画面', g4: '设备', slash: '查找镜头', help: '显示全部按键', esc: '返回上一级', arrows: '移动焦点', shiftArrows: '按网格移动', plus: '放大 / 缩小', enter: '播放', f: '地图与马赛克互跳', layouts: '画面布局 1、4、9、16', full: '全屏', close: '关闭',
  },
  time: { s: '{n} s', min: '{n} 分', h: '{n} 小时', d: '{n} 天', none: '无' },
  common: { noPages: '这个账号现在没有可用的页面', noPagesHow: '您的角色在这里还没有页面，授权尚未开始或已到期时也是这样：各项授权的起止时间在右上角“我的账户”；需要时请系统管理员授权', noCameras: '这个账号没有查看镜头的权限', noCamerasHow: '需要时请系统管理员授予“镜头列表”权限；也可换账号登录', noPictures: '这个账号只看得到镜头状态，看不到画面', noPicturesHow: '需要时请系统管理员授予“实时画面”权限', noPage: '没有这个页面', retry: '重试', close: '关闭', ok: '确定', cancel: '取消', error: '出错了', loading: '正在载入…', skip: '跳到主要内容', language: 'English', toEnglish: '切换到英文' },
};

export type Messages = typeof zhCN;
