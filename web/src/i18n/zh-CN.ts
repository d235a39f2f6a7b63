import { adviceZh, devicesZh, firstZh } from './devices.zh-CN.ts';

export const zhCN = {
  product: '一屏看全镇',
  view: { map: '地图', mosaic: '马赛克', live: '画面', devices: '设备', ultra: '大屏' },
  login: {
    title: '登录', name: '登录名', password: '密码', submit: '登录', working: '正在登录…',
    wrong: '登录名或密码不正确', wait: '尝试过多，请 {s} 秒后再试', failed: '登录失败：{why}', ended: '会话已结束，请重新登录', logout: '退出登录',
  },
  reason: {
    title: '请填写本班次的观看事由', why: '公共安全视频的每次观看都要记录（公共安全视频图像信息系统管理条例第十六条）。每班填写一次。',
    field: '观看事由', example: '例如：值班巡看', submit: '确定', common: ['值班巡看', '警情处置', '设备巡检'],
  },
  connection: {
    open: '实时', delay: '延迟 {s} s', connecting: '正在连接', closed: '与服务器断开 {time}，正在重连', closedSince: '下面是 {clock} 的内容',
    seats: '{n} 席在岗',
  },
  bar: {
    views: '视图', mediaAway: '媒体节点 {id} 断开', outage: '{host}：{of} 路中 {down} 路无画面（{reason}）', outageMore: '另有 {n} 台设备', untouched: '不受影响：正在看的画面', cores: '媒体 {n} 核', asOf: '截至 {clock}',
    command: '输入 / 查找镜头', keys: '全部按键', found: '{n} 路 · Enter 跳转', none: '没有找到', picture: '画面时间', shed: '正在降级', shedDetail: '全镇画面刷新变慢', clock: '{m} 月 {d} 日 {w}',
    weekdays: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  },
  state: {
    connecting: '正在连接', live: '正常', sampled: '抽样', idle: '待命', stale: '陈旧', down: '无画面', disabled: '停用',
  },
  why: {
    unreachable: '不可达', wrong_password: '密码错', limit_reached: '连接数已满', refused: '被拒', no_data: '无数据', protocol: '协议错', no_video: '无视频轨',
    cannot_decode: '不能解码', decoder_crashed: '解码崩溃', frozen: '冻结', black: '黑屏', pipeline: '管线错误', bad_url: '地址有误', wrong_certificate: '证书不符', media_away: '媒体服务中断', connecting: '正在连接', disabled: '停用',
    no_right: '没有权限', reason_required: '需填写事由', limit: '路数已满', too_often: '打开过于频繁', stopped: '已停止', replaced: '已替换', timeout: '超时', unknown_camera: '没有这个镜头', browser: '浏览器不能解码',
  },
  rung: { none: '无画面', thumb: '缩略', key: '关键帧', live: '实时' },
  mosaic: {
    noWebgl: '这个浏览器没有 WebGL2，马赛克不能显示；地图和画面可用。', noAreas: '网格数据没有取到，镜头未分组。',
    total: '{n} 路', village: '{n} 路', noPicture: '无画面 {n}', oldest: '最旧 {s}', age: '画面时间 0–5 s', quantiles: 'p50 {p50} s · p99 {p99} s', loading: '正在取 {n} 路…',
    empty: '还没有镜头', emptyHow: '用 wallctl cameras import 或“设备”页导入镜头清单', wholeTown: '全镇', visible: '当前视野 {p}%', toMap: '转地图',
    label: '马赛克：{n} 路镜头。方向键移动，Shift 加方向键按网格移动，加减号缩放，Enter 播放，F 转到地图', tile: '{name}，{state}，画面 {age}',
    other: '未归属网格',
  },
  live: {
    empty: '还没有选镜头', emptyHow: '在地图或马赛克上选镜头，或按 / 查找', layout: '{n} 画面', full: '全屏', dropped: '丢 {n}', waiting: '等待画面', close: '关闭',
    decoder: { webcodecs: 'WebCodecs', mse: 'MSE' }, transcoded: '转码', main: '主码流', sub: '子码流',
  },
  map: {
    noMap: '还没有底图', circle: '画圆选镜头', line: '画线选镜头', open: '打开 {n} 路', drawHint: '在地图上按住拖动；Esc 取消', scale: '比例尺', cameras: '镜头', cell: '网格', all: '全镇', zoomIn: '放大', zoomOut: '缩小', home: '回到全镇',
    total: '镜头 {n} 路', picked: '选中 {n} 路', nearest: '打开最前 {n} 路', cellNumber: '{n} 网格', openCell: '打开网格镜头', legend: '图例', tools: '地图工具', where: '所在位置', wedge: '扇形为视场', failed: '取不到地图', inView: '视野内镜头 {n} 路',
    label: '地图：方向键移动，加减号缩放，Tab 逐个镜头，Enter 播放，O 打开网格镜头，C 画圆，L 画线，F 转到马赛克，Esc 返回上一级',
  },
  devices: devicesZh,
  advice: adviceZh,
  first: firstZh,
  keys: {
    g5: '大屏',
    title: '全部按键', g1: '地图', g2: '马赛克', g3: '画面', g4: '设备', slash: '查找镜头', help: '显示全部按键', esc: '返回上一级', arrows: '移动焦点', shiftArrows: '按网格移动', plus: '放大 / 缩小', enter: '播放', f: '地图与马赛克互跳', layouts: '画面布局 1、4、9、16', full: '全屏', close: '关闭',
  },
  time: { s: '{n} s', min: '{n} 分', h: '{n} 小时', d: '{n} 天', none: '无' },
  common: { noCameras: '这个账号没有查看镜头的权限；需要时请找系统管理员。', noPage: '没有这个页面', retry: '重试', close: '关闭', ok: '确定', cancel: '取消', error: '出错了', loading: '正在载入…', skip: '跳到主要内容', language: 'English' },
};

export type Messages = typeof zhCN;
