// What happens in a town, how often, and who notices it in which words. A model of the world: nothing here knows how
// reports are put together again.

export type Dimension = 'public_security' | 'traffic' | 'petition' | 'enforcement' | 'dispute' | 'livelihood' | 'camera_alarm' | 'camera_health' | 'sensor' | 'warning';
export type SourceId = '110' | 'hotline' | '12345' | 'grid' | 'urban' | 'traffic' | 'petition' | 'dispute' | 'analytics' | 'camera-health' | 'sensors' | 'cap';

/** How one source tells of one kind of incident. */
export interface View {
  source: SourceId;
  dimension: Dimension;
  type: string;
  /** That it is noticed there at all, and by how many people or calls then. */
  chance: number;
  times: readonly [least: number, most: number];
  /** Minutes from the beginning to the report: the middle one, and how far they spread (1: a third come later than 2.7 times that). */
  delay: readonly [middle: number, spread: number];
  /** After the place's name. */
  words: readonly string[];
}

export interface Kind {
  type: string;
  priority: 1 | 2 | 3 | 4;
  /** Of all incidents of an ordinary day, in parts. */
  share: number;
  /** How much rarer it is at night (0–1), or more often (> 1). */
  night: number;
  lastsMin: readonly [least: number, most: number];
  /** Metres around its middle in which people and devices notice it. */
  extent: number;
  /** Scenes of the cameras near which it happens; empty: anywhere. */
  scenes: readonly string[];
  views: readonly View[];
}

const view = (source: SourceId, dimension: Dimension, type: string, chance: number, times: readonly [number, number], delay: readonly [number, number], words: string): View =>
  ({ source, dimension, type, chance, times, delay, words: words.split('|') });

const camera = (type: string, chance: number, middleMin = 0.4): View => view('analytics', 'camera_alarm', type, chance, [1, 2], [middleMin, 0.7], '');

export const kinds: readonly Kind[] = [
  { type: 'fire', priority: 1, share: 3, night: 0.8, lastsMin: [25, 80], extent: 25, scenes: [], views: [
    view('110', 'public_security', 'fire', 0.85, [1, 3], [3, 0.6], '房屋起火|冒浓烟，有明火|厨房着火'),
    view('hotline', 'public_security', 'fire', 0.6, [1, 2], [4, 0.7], '着火了，烟很大|有人家里起火'),
    view('grid', 'public_security', 'fire', 0.45, [1, 1], [8, 0.5], '发现火情，正在疏散|起火，已通知消防'),
    camera('fire_seen', 0.75, 2), view('sensors', 'sensor', 'smoke', 0.5, [1, 1], [1, 0.5], '烟感报警'),
    view('12345', 'livelihood', 'fire', 0.15, [1, 1], [7, 0.5], '火灾，请尽快处置')] },
  { type: 'accident', priority: 2, share: 9, night: 0.5, lastsMin: [20, 60], extent: 20, scenes: ['crossing', 'day_street', 'rain', 'night_street'], views: [
    view('traffic', 'traffic', 'accident', 0.8, [1, 2], [4, 0.6], '两车相撞|电动车与轿车相撞|追尾事故|三轮车侧翻'),
    view('110', 'traffic', 'accident', 0.5, [1, 2], [4, 0.7], '交通事故，有人受伤|车辆相撞，堵路'),
    view('hotline', 'traffic', 'accident', 0.35, [1, 2], [6, 0.7], '出车祸了|两辆车撞了'),
    view('grid', 'traffic', 'accident', 0.3, [1, 1], [9, 0.5], '发生交通事故，协助疏导'),
    camera('accident_seen', 0.6, 1), camera('congestion_seen', 0.35, 6)] },
  { type: 'fight', priority: 2, share: 5, night: 1.6, lastsMin: [8, 30], extent: 15, scenes: ['gate', 'square', 'night_street', 'day_street'], views: [
    view('110', 'public_security', 'fight', 0.9, [1, 3], [3, 0.6], '有人打架|多人斗殴|酒后打架'),
    view('hotline', 'public_security', 'fight', 0.35, [1, 2], [5, 0.6], '有人打起来了'),
    view('grid', 'public_security', 'fight', 0.3, [1, 1], [8, 0.5], '发生打架，现场劝解'),
    camera('crowd_seen', 0.45, 1.5), camera('fight_seen', 0.45, 0.6)] },
  { type: 'theft', priority: 3, share: 4, night: 0.8, lastsMin: [10, 30], extent: 10, scenes: [], views: [
    view('110', 'public_security', 'theft', 0.95, [1, 2], [12, 0.7], '电动车被盗|店铺被偷|家中被盗'),
    view('grid', 'public_security', 'theft', 0.3, [1, 1], [20, 0.5], '居民反映被盗'),
    camera('intrusion', 0.3, 0.5)] },
  { type: 'drowning', priority: 1, share: 1, night: 0.2, lastsMin: [15, 40], extent: 30, scenes: ['river'], views: [
    view('110', 'public_security', 'drowning', 0.9, [1, 3], [2, 0.5], '有人落水|小孩掉进河里'),
    view('hotline', 'public_security', 'drowning', 0.5, [1, 2], [3, 0.6], '有人掉河里了'),
    camera('intrusion', 0.8, 0.5), view('grid', 'public_security', 'drowning', 0.4, [1, 1], [6, 0.5], '有人落水，正在施救')] },
  { type: 'medical', priority: 1, share: 4, night: 0.9, lastsMin: [15, 40], extent: 8, scenes: [], views: [
    view('sensors', 'sensor', 'help_button', 0.75, [1, 1], [0.3, 0.5], '求助'),
    view('hotline', 'livelihood', 'medical', 0.6, [1, 2], [4, 0.6], '老人摔倒起不来|有人突然晕倒'),
    view('110', 'livelihood', 'medical', 0.25, [1, 1], [6, 0.6], '群众求助，老人摔倒'),
    view('grid', 'livelihood', 'medical', 0.4, [1, 1], [10, 0.5], '到场查看，老人受伤'), camera('fall_seen', 0.3, 0.3)] },
  { type: 'neighbour', priority: 3, share: 10, night: 0.3, lastsMin: [30, 90], extent: 12, scenes: [], views: [
    view('hotline', 'dispute', 'neighbour', 0.6, [1, 2], [10, 0.6], '邻居因滴水吵起来了|两家因宅基地边界争吵|因停车与邻居吵架'),
    view('dispute', 'dispute', 'neighbour', 0.55, [1, 1], [13, 0.5], '邻里纠纷，需要调解'),
    view('grid', 'dispute', 'neighbour', 0.5, [1, 1], [10, 0.5], '邻里争吵，正在劝解'),
    view('110', 'public_security', 'disturbance', 0.3, [1, 1], [12, 0.6], '邻居吵架，要求出警'),
    view('12345', 'dispute', 'neighbour', 0.2, [1, 1], [12, 0.4], '邻里矛盾，请求调解')] },
  { type: 'noise', priority: 3, share: 9, night: 1.5, lastsMin: [40, 110], extent: 60, scenes: [], views: [
    view('12345', 'livelihood', 'noise', 0.8, [1, 3], [10, 0.5], '夜间施工噪音扰民|广场舞音响太大|饭店排风扇噪音'),
    view('hotline', 'livelihood', 'noise', 0.5, [1, 2], [10, 0.6], '太吵了，没法睡觉|音响开得很大'),
    view('110', 'public_security', 'noise', 0.25, [1, 1], [12, 0.6], '噪音扰民'),
    view('urban', 'enforcement', 'noise', 0.25, [1, 1], [17, 0.4], '噪音超标，现场制止')] },
  { type: 'water_outage', priority: 3, share: 6, night: 0.5, lastsMin: [60, 110], extent: 90, scenes: [], views: [
    view('hotline', 'livelihood', 'water_outage', 0.8, [1, 4], [12, 0.6], '水管爆了|停水了|自来水发黄'),
    view('12345', 'livelihood', 'water_outage', 0.6, [1, 2], [11, 0.5], '供水中断，请尽快抢修|水管破裂漏水'),
    view('grid', 'livelihood', 'water_outage', 0.4, [1, 1], [12, 0.5], '供水管破裂，路面积水')] },
  { type: 'power_outage', priority: 2, share: 4, night: 0.9, lastsMin: [40, 110], extent: 110, scenes: [], views: [
    view('hotline', 'livelihood', 'power_outage', 0.9, [2, 5], [6, 0.6], '停电了|整条巷子没电|电线冒火花后停电'),
    view('12345', 'livelihood', 'power_outage', 0.6, [1, 2], [9, 0.5], '停电，请尽快恢复'),
    view('grid', 'livelihood', 'power_outage', 0.4, [1, 1], [9, 0.5], '片区停电，已联系供电所')] },
  { type: 'obstacle', priority: 3, share: 6, night: 0.5, lastsMin: [30, 100], extent: 15, scenes: ['crossing', 'day_street', 'rain'], views: [
    view('traffic', 'traffic', 'obstacle', 0.5, [1, 1], [12, 0.6], '路面塌陷|树木倒伏挡路|货物散落'),
    view('grid', 'traffic', 'obstacle', 0.5, [1, 1], [9, 0.5], '道路有障碍物，已设警示'),
    view('12345', 'traffic', 'obstacle', 0.45, [1, 2], [11, 0.5], '道路破损影响通行|路灯杆倾斜'),
    view('hotline', 'traffic', 'obstacle', 0.35, [1, 1], [9, 0.6], '路被挡住了'), camera('congestion_seen', 0.25, 3)] },
  { type: 'street_vendor', priority: 3, share: 8, night: 0.4, lastsMin: [40, 110], extent: 20, scenes: ['crossing', 'square', 'gate', 'day_street'], views: [
    view('12345', 'enforcement', 'street_vendor', 0.55, [1, 2], [11, 0.5], '占道经营|流动摊贩堵路'),
    view('urban', 'enforcement', 'street_vendor', 0.6, [1, 1], [10, 0.5], '占道经营，正在劝离'),
    view('grid', 'enforcement', 'street_vendor', 0.35, [1, 1], [12, 0.5], '摊贩占道'), camera('vendor_seen', 0.5, 3)] },
  { type: 'garbage', priority: 4, share: 7, night: 0.2, lastsMin: [60, 110], extent: 15, scenes: [], views: [
    view('12345', 'livelihood', 'garbage', 0.6, [1, 2], [12, 0.4], '垃圾堆放无人清理|垃圾桶满溢'),
    view('grid', 'livelihood', 'garbage', 0.5, [1, 1], [13, 0.5], '发现垃圾堆积'),
    view('urban', 'enforcement', 'waste_dumping', 0.3, [1, 1], [17, 0.4], '乱倒垃圾')] },
  { type: 'pollution', priority: 3, share: 4, night: 0.9, lastsMin: [40, 100], extent: 90, scenes: [], views: [
    view('12345', 'livelihood', 'pollution', 0.7, [1, 3], [11, 0.5], '刺鼻气味|焚烧秸秆烟味很大'),
    view('hotline', 'livelihood', 'pollution', 0.5, [1, 2], [9, 0.6], '味道很难闻'),
    view('sensors', 'sensor', 'air', 0.35, [1, 1], [8, 0.5], '空气质量超标'), camera('smoke_seen', 0.2, 4)] },
  { type: 'waterlogging', priority: 2, share: 1, night: 1, lastsMin: [50, 115], extent: 50, scenes: ['river', 'rain', 'crossing'], views: [
    view('sensors', 'sensor', 'water_level', 0.6, [1, 1], [1, 0.5], '水位超警戒'),
    view('grid', 'livelihood', 'waterlogging', 0.6, [1, 2], [10, 0.5], '道路积水，人员转移中|河水漫上路面'),
    view('hotline', 'livelihood', 'waterlogging', 0.7, [1, 3], [9, 0.6], '水进屋了|路淹了，车过不去'),
    view('110', 'public_security', 'trapped', 0.35, [1, 1], [12, 0.6], '群众被困水中'), camera('water_seen', 0.6, 1)] },
  { type: 'group_petition', priority: 2, share: 2, night: 0, lastsMin: [40, 110], extent: 25, scenes: ['gate', 'square'], views: [
    view('petition', 'petition', 'group_petition', 0.8, [1, 1], [10, 0.5], '多人上访，反映征地补偿|集体反映欠薪问题'),
    view('110', 'public_security', 'crowd', 0.5, [1, 1], [10, 0.5], '人群聚集'),
    view('grid', 'petition', 'group_petition', 0.5, [1, 1], [9, 0.5], '有人聚集，正在了解情况'), camera('crowd_seen', 0.7, 2)] },
  { type: 'wages', priority: 3, share: 3, night: 0.1, lastsMin: [40, 100], extent: 15, scenes: [], views: [
    view('12345', 'dispute', 'wages', 0.6, [1, 2], [12, 0.4], '拖欠工资'),
    view('petition', 'petition', 'wages', 0.45, [1, 1], [16, 0.4], '反映工地欠薪'),
    view('dispute', 'dispute', 'wages', 0.45, [1, 1], [14, 0.4], '劳资纠纷，需要调解'),
    view('hotline', 'dispute', 'wages', 0.3, [1, 1], [10, 0.5], '老板不发工资')] },
  { type: 'domestic_violence', priority: 1, share: 2, night: 1.3, lastsMin: [15, 40], extent: 6, scenes: [], views: [
    view('110', 'public_security', 'domestic_violence', 0.9, [1, 2], [4, 0.6], '家庭暴力|丈夫打妻子'),
    view('hotline', 'dispute', 'family', 0.35, [1, 1], [6, 0.6], '夫妻打架，孩子在哭'),
    view('grid', 'dispute', 'family', 0.35, [1, 1], [12, 0.5], '家庭矛盾激化，已到场')] },
  { type: 'land', priority: 3, share: 3, night: 0, lastsMin: [40, 100], extent: 25, scenes: [], views: [
    view('dispute', 'dispute', 'land', 0.7, [1, 1], [13, 0.5], '土地边界纠纷'),
    view('grid', 'dispute', 'land', 0.5, [1, 1], [10, 0.5], '因田埂发生争执'),
    view('hotline', 'dispute', 'land', 0.35, [1, 1], [9, 0.5], '有人占我家地'),
    view('petition', 'petition', 'land', 0.25, [1, 1], [17, 0.4], '反映土地权属问题')] },
  { type: 'illegal_building', priority: 3, share: 3, night: 0, lastsMin: [60, 110], extent: 15, scenes: [], views: [
    view('12345', 'enforcement', 'illegal_building', 0.6, [1, 1], [12, 0.4], '违法搭建'),
    view('urban', 'enforcement', 'illegal_building', 0.7, [1, 1], [13, 0.4], '发现违建，责令停工'),
    view('grid', 'enforcement', 'illegal_building', 0.35, [1, 1], [12, 0.5], '新增搭建')] },
];

/** Kinds of which one brings the other: a power cut beside a fire is no coincidence. */
const related: readonly (readonly string[])[] = [
  ['fire', 'power_outage', 'pollution', 'medical'], ['accident', 'obstacle', 'medical', 'street_vendor'], ['waterlogging', 'power_outage', 'obstacle', 'water_outage', 'drowning', 'accident'],
  ['fight', 'domestic_violence', 'neighbour', 'noise', 'medical', 'theft'], ['group_petition', 'wages', 'land', 'illegal_building', 'fight'],
  ['neighbour', 'land', 'illegal_building', 'noise'], ['garbage', 'pollution', 'street_vendor', 'noise'],
];
export const areRelated = (a: string, b: string): boolean => a === b || related.some((group) => group.includes(a) && group.includes(b));

/** Small wishes that one person has and one source brings: many a day, each by itself. */
export const single: readonly Kind[] = [
  { type: 'street_lamp', priority: 4, share: 5, night: 0.6, lastsMin: [5, 10], extent: 5, scenes: [], views: [view('12345', 'livelihood', 'street_light', 1, [1, 1], [10, 0.5], '路灯不亮')] },
  { type: 'subsidy', priority: 4, share: 4, night: 0, lastsMin: [5, 10], extent: 5, scenes: [], views: [view('12345', 'livelihood', 'subsidy', 1, [1, 1], [10, 0.5], '咨询惠农补贴发放')] },
  { type: 'stray_dog', priority: 3, share: 3, night: 0.5, lastsMin: [5, 10], extent: 5, scenes: [], views: [view('hotline', 'livelihood', 'stray_animal', 1, [1, 1], [8, 0.5], '有流浪狗追人')] },
  { type: 'parking', priority: 4, share: 4, night: 0.5, lastsMin: [5, 10], extent: 5, scenes: [], views: [view('traffic', 'traffic', 'illegal_parking', 1, [1, 1], [10, 0.5], '车辆违停堵门')] },
  { type: 'lost_property', priority: 4, share: 3, night: 0.3, lastsMin: [5, 10], extent: 5, scenes: [], views: [view('110', 'public_security', 'lost_property', 1, [1, 1], [10, 0.5], '遗失钱包求助')] },
  { type: 'patrol_finding', priority: 4, share: 4, night: 0.1, lastsMin: [5, 10], extent: 5, scenes: [], views: [view('grid', 'livelihood', 'manhole', 1, [1, 1], [2, 0.5], '巡查发现窨井盖松动')] },
];

/** What analytics tell when nothing is there, and how often of a hundred. */
export const nuisances: readonly [type: string, share: number][] = [
  ['motion', 52], ['line_crossing', 18], ['intrusion', 13], ['parking_seen', 7], ['object_left', 4], ['crowd_seen', 3], ['congestion_seen', 3],
];

export const analyticsNames: Record<string, string> = {
  motion: '移动侦测', line_crossing: '越界侦测', intrusion: '区域入侵', parking_seen: '车辆停留', crowd_seen: '人员聚集', object_left: '物品遗留',
  vendor_seen: '占道经营', congestion_seen: '道路拥堵', fire_seen: '烟火识别', smoke_seen: '烟雾识别', fall_seen: '人员倒地', fight_seen: '打架识别',
  water_seen: '路面积水', accident_seen: '交通事故识别', video_loss: '视频丢失', tamper: '镜头遮挡', switch_down: '交换机离线',
};
