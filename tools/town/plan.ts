// What the demo town is made of: names, rough places and counts. Everything else grows from it and the seed.

import type { Point } from './geometry.ts';

export const COUNTY = { name: '云川县', name_en: 'Yunchuan County', code: '439907' };
export const TOWN = { name: '清溪镇', name_en: 'Qingxi Town', code: '439907103' };
/** The WGS-84 position of the local origin. */
export const ORIGIN: Point = [111.8642, 27.9137];

export interface VillagePlan {
    name: string;
    name_en: string;
    /** Short name as it stands in camera names. */
    short: string;
    kind: 'village' | 'community';
    at: Point;
    /** Cameras of each of its grid cells, in the order of their numbers. */
    cameras: number[];
}

/** In the order of the cells' numbers 01 to 39. */
export const VILLAGES: VillagePlan[] = [
    { name: '柳林村', name_en: 'Liulin', short: '柳林', kind: 'village', at: [-2700, 2620], cameras: [57, 42, 52] },
    { name: '石桥村', name_en: 'Shiqiao', short: '石桥', kind: 'village', at: [-350, 2150], cameras: [29, 28, 52] },
    { name: '镇中社区', name_en: 'Zhenzhong', short: '镇中', kind: 'community', at: [420, 560], cameras: [58, 61, 54, 46, 98] },
    { name: '河西社区', name_en: 'Hexi', short: '河西', kind: 'community', at: [-1750, 640], cameras: [38, 54, 36, 93] },
    { name: '上湾村', name_en: 'Shangwan', short: '上湾', kind: 'village', at: [-3950, 780], cameras: [21, 31] },
    { name: '新渡口社区', name_en: 'Xindukou', short: '新渡', kind: 'community', at: [-1050, -900], cameras: [32] },
    { name: '下湾村', name_en: 'Xiawan', short: '下湾', kind: 'village', at: [950, -1350], cameras: [34, 42] },
    { name: '沙洲村', name_en: 'Shazhou', short: '沙洲', kind: 'village', at: [2380, -420], cameras: [24] },
    { name: '白塔村', name_en: 'Baita', short: '白塔', kind: 'village', at: [1650, 2650], cameras: [27, 22] },
    { name: '高坪村', name_en: 'Gaoping', short: '高坪', kind: 'village', at: [3150, 2250], cameras: [25] },
    { name: '双庙村', name_en: 'Shuangmiao', short: '双庙', kind: 'village', at: [3150, 950], cameras: [39, 26] },
    { name: '罗家湾村', name_en: 'Luojiawan', short: '罗家湾', kind: 'village', at: [4250, -150], cameras: [17] },
    { name: '东岭村', name_en: 'Dongling', short: '东岭', kind: 'village', at: [3550, -1350], cameras: [35, 22] },
    { name: '茶场社区', name_en: 'Chachang', short: '茶场', kind: 'community', at: [2850, -2500], cameras: [11] },
    { name: '南坪村', name_en: 'Nanping', short: '南坪', kind: 'village', at: [-1050, -2350], cameras: [29, 36] },
    { name: '竹园村', name_en: 'Zhuyuan', short: '竹园', kind: 'village', at: [280, -3150], cameras: [31] },
    { name: '枫树坳村', name_en: 'Fengshu’ao', short: '枫树坳', kind: 'village', at: [-3350, -1450], cameras: [36, 24] },
    { name: '石门村', name_en: 'Shimen', short: '石门', kind: 'village', at: [-4450, -450], cameras: [23] },
    { name: '青山村', name_en: 'Qingshan', short: '青山', kind: 'village', at: [-1250, 3550], cameras: [11] },
    { name: '龙潭村', name_en: 'Longtan', short: '龙潭', kind: 'village', at: [450, 3650], cameras: [24] },
    { name: '杨家店村', name_en: 'Yangjiadian', short: '杨家店', kind: 'village', at: [1550, -2900], cameras: [27] },
];

export const RIVER = {
    name: '清溪河',
    name_en: 'Qingxi River',
    course: [
        [-7600, 1500], [-6200, 1850], [-4800, 1900], [-3300, 1750], [-2100, 1720], [-1100, 1350], [-620, 560], [-420, -250],
        [350, -620], [1350, -560], [2050, -1080], [2550, -1750], [3500, -2250], [4800, -2500], [6200, -2450], [7600, -2900],
    ] as Point[],
};

export const BROOKS = [
    { name: '石桥溪', name_en: 'Shiqiao Brook', course: [[150, 6200], [-100, 5000], [120, 4100], [-250, 3200], [-560, 2300], [-700, 1600], [-780, 1000]] as Point[] },
    { name: '东岭溪', name_en: 'Dongling Brook', course: [[6400, 900], [5000, 650], [4000, 300], [3300, -300], [2700, -900], [2000, -1000]] as Point[] },
    { name: '南坪溪', name_en: 'Nanping Brook', course: [[-5200, -3900], [-3900, -2700], [-2400, -2050], [-1500, -1500], [-900, -500], [-460, -150]] as Point[] },
];

export const PONDS: { name: string; name_en: string; at: Point; radius: number }[] = [
    { name: '龙潭水库', name_en: 'Longtan Reservoir', at: [1120, 3780], radius: 260 },
    { name: '月亮塘', name_en: 'Moon Pond', at: [-2950, 150], radius: 110 },
    { name: '荷花塘', name_en: 'Lotus Pond', at: [1500, 900], radius: 85 },
    { name: '沙洲塘', name_en: 'Shazhou Pond', at: [2900, 150], radius: 95 },
    { name: '竹园塘', name_en: 'Zhuyuan Pond', at: [-300, -2900], radius: 80 },
    { name: '茶场水库', name_en: 'Chachang Reservoir', at: [3550, -3050], radius: 190 },
];

export const HIGHWAYS = [
    {
        ref: 'S314', name: '省道314', name_en: 'Provincial Road 314',
        course: [[-7600, -1500], [-5600, -850], [-4200, -300], [-2600, 80], [-1300, 130], [-450, 130], [420, 330], [1700, 700], [3100, 780], [4600, 1350], [7400, 2300]] as Point[],
    },
    {
        ref: 'X207', name: '县道207', name_en: 'County Road 207',
        course: [[1750, 6300], [1150, 4900], [480, 3350], [150, 2000], [330, 1150], [420, 330], [150, -350], [-180, -1300], [-250, -2500], [-480, -3600], [-420, -6200]] as Point[],
    },
];

export const LANE_NAMES = [
    '人民路', '解放路', '建设路', '文化路', '清溪路', '沿河路', '桥头街', '老街', '新街', '学府路', '市场路', '东风路',
    '幸福路', '和平路', '朝阳路', '青年路', '健康路', '柳荫路',
];

export const SOURCE_SYSTEMS = ['雪亮工程', '天网工程', '智慧公安', '综治视联网', '自建'] as const;
export type SourceSystem = (typeof SOURCE_SYSTEMS)[number];

export const SCENES = ['day_street', 'night_street', 'rain', 'crossing', 'gate', 'river', 'square', 'hall'] as const;
export type Scene = (typeof SCENES)[number];
