// The departments, and made-up people for every role and for each cell's chain of responsibility.

import type { Areas, Cell } from './areas.ts';
import { TOWN } from './plan.ts';
import { randomStream, type Random } from './random.ts';

export interface Department {
    code: string;
    name: string;
    name_en: string;
    short: string;
    phone: string;
}

export interface Person {
    login: string;
    name: string;
    name_en: string;
    role: string;
    department: string;
    areas: string[];
    phone: string;
}

export interface ChainLink {
    level: 'leader' | 'town_official' | 'village_official' | 'grid_worker';
    login: string;
    name: string;
    title: string;
}

export interface People {
    departments: Department[];
    people: Person[];
    chains: Map<Cell, ChainLink[]>;
}

// The codes are those that config/routing.json sends cases to.
const DEPARTMENTS: [code: string, name: string, name_en: string, short: string][] = [
    ['governance', '综治中心', 'Governance Centre', '综治'],
    ['police', '派出所', 'Police Station', '派出所'],
    ['justice', '司法所', 'Justice Office', '司法'],
    ['court', '人民法庭', 'People’s Tribunal', '法庭'],
    ['enforcement', '综合行政执法队', 'Law Enforcement Team', '执法'],
    ['petition_office', '信访办', 'Petition Office', '信访'],
    ['civil_service', '社会事务办', 'Social Affairs Office', '民政'],
    ['natural_resources', '自然资源所', 'Natural Resources Office', '自然资源'],
    ['agriculture', '农业农村办', 'Agriculture Office', '农业'],
    ['ecology', '生态环境站', 'Environment Station', '生态'],
    ['emergency', '应急管理办', 'Emergency Office', '应急'],
    ['power', '供电所', 'Power Supply Office', '电力'],
];

const SURNAMES: [string, string][] = [
    ['王', 'Wang'], ['李', 'Li'], ['张', 'Zhang'], ['刘', 'Liu'], ['陈', 'Chen'], ['杨', 'Yang'], ['黄', 'Huang'], ['周', 'Zhou'], ['吴', 'Wu'],
    ['徐', 'Xu'], ['孙', 'Sun'], ['胡', 'Hu'], ['朱', 'Zhu'], ['高', 'Gao'], ['林', 'Lin'], ['何', 'He'], ['郭', 'Guo'], ['罗', 'Luo'],
    ['梁', 'Liang'], ['宋', 'Song'], ['谢', 'Xie'], ['唐', 'Tang'], ['韩', 'Han'], ['邓', 'Deng'], ['彭', 'Peng'], ['曾', 'Zeng'],
];

const GIVEN: [string, string][] = [
    ['敏', 'Min'], ['静', 'Jing'], ['建国', 'Jianguo'], ['丽华', 'Lihua'], ['志强', 'Zhiqiang'], ['秀英', 'Xiuying'], ['海燕', 'Haiyan'], ['文斌', 'Wenbin'],
    ['春梅', 'Chunmei'], ['国平', 'Guoping'], ['晓东', 'Xiaodong'], ['玉兰', 'Yulan'], ['永福', 'Yongfu'], ['小芳', 'Xiaofang'], ['振华', 'Zhenhua'],
    ['雪琴', 'Xueqin'], ['德明', 'Deming'], ['倩', 'Qian'], ['立新', 'Lixin'], ['红霞', 'Hongxia'], ['家宝', 'Jiabao'], ['月娥', 'Yue’e'], ['学文', 'Xuewen'],
    ['桂香', 'Guixiang'], ['长春', 'Changchun'], ['思远', 'Siyuan'], ['雨晴', 'Yuqing'], ['大勇', 'Dayong'],
];

/** Makes people whose names and numbers are each used once. */
class Register {
    readonly people: Person[] = [];
    private readonly names: { name: string; name_en: string }[];
    private readonly random: Random;

    constructor(seed: number) {
        this.random = randomStream(seed, 'people');
        const all = SURNAMES.flatMap(([s, se]) => GIVEN.map(([g, ge]) => ({ name: s + g, name_en: `${ge} ${se}` })));
        this.names = this.random.shuffled(all);
    }

    add(login: string, role: string, department: string, areas: string[]): Person {
        const { name, name_en } = this.names[this.people.length];
        const phone = `1990000${String(1000 + this.people.length).padStart(4, '0')}`;
        const person = { login, name, name_en, role, department, areas, phone };
        this.people.push(person);
        return person;
    }
}

const link = (level: ChainLink['level'], title: string, { login, name }: Person): ChainLink => ({ level, login, name, title });

export function makePeople(areas: Areas, seed: number): People {
    const departments = DEPARTMENTS.map(([code, name, name_en, short], i) =>
        ({ code, name, name_en, short, phone: `0000-000${String(1100 + i)}` }));
    const register = new Register(seed);
    const town = [TOWN.code];
    // The first of each role carries the login that tools/run hands out for the role.
    const single: [login: string, role: string, department: string][] = [
        ['admin', 'system_admin', 'governance'], ['security', 'security_auditor', 'governance'],
        ['calltaker', 'call_taker', 'governance'], ['calltaker2', 'call_taker', 'governance'],
        ['operator', 'operator', 'governance'], ['operator2', 'operator', 'governance'], ['operator3', 'operator', 'governance'],
        ['verifier', 'verifier', 'governance'], ['verifier2', 'verifier', 'governance'],
        ['frontdesk', 'front_desk', 'governance'],
        ['mediator', 'mediator', 'justice'], ['mediator2', 'mediator', 'justice'],
        ['deputy', 'deputy', ''], ['deputy2', 'deputy', ''],
        ['inspector', 'auditor', ''],
    ];
    for (const [login, role, department] of single)
        register.add(login, role, department, town);
    // `handler` is where smoke and fire go.
    departments.forEach(d => register.add(d.code === 'emergency' ? 'handler' : `handler_${d.code}`, 'department_handler', d.code, town));

    const chains = new Map<Cell, ChainLink[]>();
    const leaders = [0, 1, 2].map(i => register.add(i === 0 ? 'leader' : `leader${i + 1}`, 'leader', '', town));
    const officials = [0, 1, 2, 3, 4, 5, 6].map(i => {
        const mine = areas.villages.filter(v => v.index % 7 === i).map(v => v.code);
        return register.add(i === 0 ? 'supervisor' : `supervisor${i + 1}`, 'supervisor', 'governance', mine);
    });
    let worker = 0;
    for (const village of areas.villages) {
        const community = village.plan.kind === 'community';
        const head = register.add(`mediator_v${String(village.index + 1).padStart(2, '0')}`, 'mediator', '', [village.code]);
        for (const cell of village.cells) {
            const own = register.add(worker === 0 ? 'grid' : `grid${cell.number}`, 'grid_worker', 'governance', [cell.code]);
            worker++;
            chains.set(cell, [
                link('leader', '包片领导', leaders[village.index % leaders.length]),
                link('town_official', community ? '驻社区干部' : '驻村干部', officials[village.index % officials.length]),
                link('village_official', community ? '社区调解主任' : '村调解主任', head),
                link('grid_worker', '网格员', own),
            ]);
        }
    }
    for (let i = 0; i < 2; i++)
        register.add('', 'party', '', [areas.villages[1].code]);
    return { departments, people: register.people, chains };
}
