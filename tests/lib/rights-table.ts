// Who may ask what: one row for each route and topic of the server (`wallctl routes`). tests/integration/identity-rights.test.ts
// walks all of it with every role, and fails when a route has no row here. To add one: copy the key from the failure's message and
// say in `who` which roles may. It is written from DOMAIN's table of roles, not from the server's, on purpose.
export const ROLES = [
  'call_taker', 'operator', 'grid_worker', 'department_handler', 'supervisor', 'verifier', 'mediator', 'deputy', 'auditor', 'front_desk', 'leader',
  'system_admin', 'security_auditor', 'deputy_collect', 'deputy_hand_over', 'deputy_mediation', 'deputy_observe', 'deputy_audit',
] as const;
export type Role = (typeof ROLES)[number];

export interface Row {
  /** anybody: also without a session; everybody: who is logged in */
  who: 'anybody' | 'everybody' | readonly Role[];
  /** What is asked instead of {} with every `:name` replaced by `none`: something that changes nothing. */
  ask?: { path?: string; body?: string; type?: string };
  /** `:id` is one of these, which lies in an area: from elsewhere it is not reached. Only for what changes nothing. */
  of?: 'camera' | 'person' | 'alert' | 'case';
  /** With `of`: what is posted; `n`: another number each time. */
  body?: (n: number) => unknown;
  /** With `of`: for the other names of the path; `:file` is a file of that case, kept in the test. */
  params?: Record<string, string>;
  /** With `of`: bytes are posted, as an upload; or the answer never ends and is not read. */
  how?: 'upload' | 'endless';
  /** It concerns the whole town: nobody limited to an area. */
  town?: true;
  /** Who of them sees all of an area; the others see what they have a part in, which in the test is nothing. Absent: all of them. */
  whole?: readonly Role[];
  /** Area codes of what the answer lists: of somebody limited to an area all lie within. */
  lists?: (answer: any) => string[];
}

const areas = (list: { area: string | null }[]): string[] => list.map((one) => one.area ?? '');

const admin: Role[] = ['system_admin'];
const security: Role[] = ['security_auditor'];
const users: Role[] = [...admin, ...security];
const cameras: Role[] = ['operator', 'supervisor', 'leader', 'system_admin'];
const pictures: Role[] = ['operator', 'leader'];
const alerts: Role[] = ['operator', 'supervisor', 'leader'];
const feeds: Role[] = ['operator', 'system_admin'];
const registers: Role[] = ['call_taker', 'operator', 'grid_worker', 'front_desk', 'deputy_collect'];
/** who works on cases and so sees persons, masked */
const persons: Role[] = [...registers, 'department_handler', 'supervisor', 'verifier', 'mediator'];
/** who has to reach people; the auditor for a visit */
const reveals: Role[] = ['call_taker', 'operator', 'grid_worker', 'front_desk', 'department_handler', 'verifier', 'mediator', 'auditor'];

/** who is on shifts, and who plans them */
const duty: Role[] = ['call_taker', 'operator', 'front_desk', 'supervisor', 'leader'];
const planners: Role[] = ['supervisor', 'leader'];
const signers: Role[] = ['call_taker', 'operator', 'leader'];
/** who leads meetings, and who may have a seat in one; guests have neither right nor account */
const hosts: Role[] = ['mediator', 'operator', 'leader', 'front_desk'];
const joins: Role[] = [...hosts, 'grid_worker', 'department_handler', 'supervisor', 'deputy_mediation', 'deputy_observe'];
/** every case of their area: a grid worker is responsible for what happens in the own cell */
const allCases: Role[] = [...alerts, 'grid_worker'];
/** who has a part in cases; deputies by their grants */
const casework: Role[] = [...persons, 'leader', 'deputy_hand_over', 'deputy_mediation', 'deputy_observe'];
/** who takes a step of a workflow that allows it; a leader gives instructions, a deputy hands to departments */
const acts: Role[] = ['call_taker', 'operator', 'grid_worker', 'front_desk', 'department_handler', 'supervisor', 'verifier', 'mediator', 'leader', 'deputy_hand_over'];

export const routes: Record<string, Row> = {
  'GET /healthz': { who: 'anybody' },
  'GET /metrics': { who: 'anybody' },
  'POST /api/v1/telephone/calls': { who: 'anybody' },
  'POST /api/v1/events': { who: 'anybody' },
  'GET /api/v1/events/schema.json': { who: 'anybody' },
  'POST /api/v1/cap': { who: 'anybody' },
  'POST /api/v1/session': { who: 'anybody' },

  'GET /api/v1/openapi.yaml': { who: 'everybody' },
  'GET /api/v1/town': { who: 'everybody' },
  'GET /api/v1/areas': { who: 'everybody' },
  'GET /api/v1/style/:theme': { who: 'everybody' },
  'GET /api/v1/tiles/base/:z/:x/:y': { who: 'everybody' },
  'GET /api/v1/session': { who: 'everybody' },
  'DELETE /api/v1/session': { who: 'everybody' },
  'PUT /api/v1/session/password': { who: 'everybody' },
  'POST /api/v1/session/totp': { who: 'everybody' },
  'POST /api/v1/session/totp/confirm': { who: 'everybody' },
  'POST /api/v1/session/totp/off': { who: 'everybody' },
  'GET /api/v1/sessions': { who: 'everybody' },
  'DELETE /api/v1/sessions/:id': { who: 'everybody' },
  'GET /api/v1/departments': { who: 'everybody' },

  'GET /api/v1/users': { who: users },
  'GET /api/v1/roles': { who: users },
  'POST /api/v1/users': { who: admin },
  'PUT /api/v1/users/:id': { who: admin },
  'POST /api/v1/users/:id/unlock': { who: admin },
  'POST /api/v1/users/:id/totp/off': { who: admin },
  'POST /api/v1/departments': { who: admin },
  'PUT /api/v1/departments/:id': { who: admin },

  'POST /api/v1/persons/find': { who: persons, ask: { body: '{"name":"小明"}' }, lists: (answer) => areas(answer.persons) },
  'POST /api/v1/persons': { who: [...registers, 'department_handler', 'mediator'] },
  'GET /api/v1/persons/:id': { who: persons, of: 'person' },
  'PUT /api/v1/persons/:id': { who: [...registers, 'department_handler', 'mediator'] },
  'POST /api/v1/persons/:id/reveal': { who: reveals, of: 'person', body: () => ({ reason: '回访核实' }) },
  'POST /api/v1/persons/:id/erase': { who: admin },
  'GET /api/v1/holds': { who: users },
  'POST /api/v1/holds': { who: security, town: true },
  'POST /api/v1/holds/:id/lift': { who: security, town: true },
  'GET /api/v1/retention': { who: users, town: true },

  'GET /api/v1/meetings': { who: joins },
  'POST /api/v1/meetings': { who: hosts },
  'GET /api/v1/meetings/:id': { who: joins },
  'GET /api/v1/meetings/:id/events': { who: joins },
  'GET /api/v1/meetings/:id/letters': { who: joins },
  'GET /api/v1/meetings/:id/recordings': { who: joins },
  'GET /api/v1/meetings/:id/recordings/:recording': { who: joins },
  'POST /api/v1/meetings/:id/acts': { who: joins },
  'POST /api/v1/meetings/:id/seats/:seat/invite': { who: hosts },
  'POST /api/v1/meetings/:id/files': { who: joins },
  'GET /api/v1/meetings/:id/files/:file': { who: joins },
  'GET /api/v1/mediation/rooms': { who: joins },
  'PUT /api/v1/mediation/rooms/:id': { who: planners, town: true },
  'GET /api/v1/mediation/teams': { who: joins },
  'PUT /api/v1/mediation/teams/:id': { who: planners, town: true },
  'GET /api/v1/mediation/mediators': { who: joins },
  'PUT /api/v1/mediation/mediators/:id': { who: planners, town: true },
  'POST /api/v1/meet/files': { who: [] },
  'GET /api/v1/meet/files/:file': { who: [] },
  'GET /api/v1/meet/words': { who: 'anybody' },
  'POST /api/v1/meet/enter': { who: 'anybody' },
  'GET /api/v1/meet/seats': { who: 'anybody' },
  'GET /api/v1/meet/view': { who: [] },
  'POST /api/v1/meet/acts': { who: [] },
  'GET /api/v1/agreements': { who: hosts },
  'GET /api/v1/agreements/templates': { who: joins },
  'POST /api/v1/agreements/:meeting/acts': { who: hosts },
  'GET /api/v1/agreements/:meeting/pdf': { who: joins },
  'GET /api/v1/meet/agreement.pdf': { who: [] },
  'GET /api/v1/meet/verify/:sha256': { who: 'anybody' },
  'GET /api/v1/duty': { who: duty },
  'PUT /api/v1/duty/plan': { who: planners, town: true },
  'PUT /api/v1/duty/shifts/:id': { who: planners, town: true },
  'POST /api/v1/duty/import': { who: planners, town: true, ask: { body: '', type: 'text/csv' } },
  'GET /api/v1/duty/handovers': { who: duty },
  'GET /api/v1/duty/handovers/:id': { who: duty },
  'PUT /api/v1/duty/handovers/:id': { who: signers },
  'POST /api/v1/duty/handovers/:id/hand': { who: signers },
  'POST /api/v1/duty/handovers/:id/sign': { who: signers },
  'GET /api/v1/telephone/systems': { who: users, town: true },
  'POST /api/v1/telephone/systems': { who: admin, town: true },
  'DELETE /api/v1/telephone/systems/:id': { who: admin, town: true },
  'GET /api/v1/telephone/extension': { who: registers },
  'PUT /api/v1/telephone/extension': { who: registers, ask: { body: '{"extension":"none"}' } },

  'GET /api/v1/views': { who: security, town: true },
  'GET /api/v1/audit': { who: security, town: true },
  'GET /api/v1/audit/check': { who: security, town: true },
  'GET /api/v1/audit/export': { who: security, town: true },

  'GET /api/v1/cameras': { who: cameras, lists: (answer) => areas(answer.cameras) },
  'GET /api/v1/cameras/:id': { who: cameras, of: 'camera' },
  'POST /api/v1/cameras': { who: admin },
  'PUT /api/v1/cameras/:id': { who: admin },
  'PATCH /api/v1/cameras/:id': { who: admin },
  'DELETE /api/v1/cameras/:id': { who: admin },
  'POST /api/v1/cameras/import': { who: admin, ask: { path: '/api/v1/cameras/import?dry_run=1', body: 'id,name,url\n', type: 'text/csv' } },
  'POST /api/v1/cameras/try': { who: admin },
  'POST /api/v1/cameras/:id/diagnose': { who: cameras, of: 'camera' },
  'GET /api/v1/cameras/:id/history': { who: cameras, of: 'camera' },
  'GET /api/v1/online-rates': { who: cameras },
  'GET /api/v1/cameras/:id/snapshot.jpg': { who: pictures, of: 'camera' },
  'GET /api/v1/cameras/:id/live.mp4': { who: pictures, of: 'camera', how: 'endless' },
  'POST /api/v1/view-reason': { who: pictures },

  'GET /api/v1/alerts': { who: alerts, lists: (answer) => areas(answer.alerts) },
  'GET /api/v1/alerts/:id': { who: alerts, of: 'alert' },
  'GET /api/v1/alerts/:id/cameras': { who: alerts, of: 'alert' },
  'POST /api/v1/alerts/:id/acts': { who: ['operator'] },
  'GET /api/v1/situations/:id': { who: alerts },
  'GET /api/v1/alert-heat': { who: alerts },
  'GET /api/v1/alert-load': { who: alerts },
  'GET /api/v1/alert-load/history': { who: alerts },
  'GET /api/v1/warnings': { who: alerts },
  'POST /api/v1/warnings/:area/confirm': { who: ['operator'] },
  'GET /api/v1/rules': { who: users, town: true },
  'PUT /api/v1/rules': { who: admin, town: true },

  'GET /api/v1/cases': { who: casework, whole: allCases, lists: (answer) => areas(answer.cases) },
  'GET /api/v1/cases/:id': { who: casework, whole: allCases, of: 'case' },
  'GET /api/v1/cases/:id/record': { who: casework, whole: allCases, of: 'case' },
  'GET /api/v1/cases/:id/meetings': { who: casework, whole: allCases, of: 'case' },
  'GET /api/v1/cases/:id/papers/:kind': { who: casework, whole: allCases, of: 'case', params: { kind: 'receipt' } },
  'POST /api/v1/cases/:id/papers/:kind': { who: reveals, whole: allCases, of: 'case', params: { kind: 'receipt' }, body: () => ({ reason: '回访核实' }) },
  'POST /api/v1/cases': { who: registers },
  'POST /api/v1/cases/:id/acts': { who: acts, whole: allCases, of: 'case', body: (n) => ({ act: 'comment', key: `walked-${n}`, text: '走一遍' }) },
  'POST /api/v1/cases/import': { who: ['operator'] },
  'POST /api/v1/cases/export': { who: casework },
  'POST /api/v1/cases/:id/attachments': { who: acts, whole: allCases, of: 'case', how: 'upload' },
  'GET /api/v1/cases/:id/attachments/:file': { who: casework, whole: allCases, of: 'case' },
  'GET /api/v1/cases/draft': { who: ['operator'] },
  'GET /api/v1/cases/similar': { who: casework },
  'GET /api/v1/case-board': { who: casework },
  'GET /api/v1/case-words': { who: casework },
  'GET /api/v1/case-workflows': { who: casework },
  'GET /api/v1/case-calendar': { who: casework },
  'GET /api/v1/case-quality': { who: casework },
  'GET /api/v1/case-filters': { who: casework },
  'POST /api/v1/case-filters': { who: casework },
  'DELETE /api/v1/case-filters/:id': { who: casework },
  'GET /api/v1/case-indicators': { who: alerts },
  'GET /api/v1/case-indicators/:id/cases': { who: alerts },

  'GET /api/v1/notifications': { who: 'everybody' },
  'POST /api/v1/notifications/read': { who: 'everybody' },
  'POST /api/v1/notifications/:id/read': { who: 'everybody' },
  'GET /api/v1/deliveries': { who: users, town: true },
  'POST /api/v1/deliveries/:id/retry': { who: admin, town: true },
  'GET /api/v1/delivery-channels': { who: users, town: true },
  'POST /api/v1/delivery-channels/:id/test': { who: admin, town: true },

  'GET /api/v1/feeds': { who: feeds },
  'POST /api/v1/feeds': { who: admin, town: true },
  'GET /api/v1/feeds/:id': { who: feeds },
  'PUT /api/v1/feeds/:id': { who: admin, town: true },
  'DELETE /api/v1/feeds/:id': { who: admin, town: true },
  'POST /api/v1/feeds/:id/key': { who: admin, town: true },
  'POST /api/v1/feeds/:id/test': { who: feeds },
  'POST /api/v1/feeds/:id/import': { who: admin, town: true },
  'GET /api/v1/feeds/:id/rejected': { who: feeds },
  'DELETE /api/v1/feeds/:id/rejected': { who: admin, town: true },
  'POST /api/v1/feeds/:id/rejected/retry': { who: admin, town: true },
  'GET /api/v1/sensors': { who: feeds },
  'PUT /api/v1/sensors/:feed/:device/:type': { who: admin, town: true },
  'DELETE /api/v1/sensors/:feed/:device/:type': { who: admin, town: true },
  'GET /api/v1/poison': { who: feeds },
  'POST /api/v1/poison/:id/retry': { who: admin, town: true },
  'DELETE /api/v1/poison/:id': { who: admin, town: true },
};

/** Topics of the WebSocket; `lists` of their snapshot's data. */
export const topics: Record<string, Row> = {
  cameras: { who: cameras, lists: (data) => areas(data.cameras) },
  media: { who: cameras },
  presence: { who: cameras },
  notices: { who: cameras },
  alerts: { who: alerts, lists: (data) => areas(data.alerts) },
  notifications: { who: 'everybody' },
  duty: { who: duty },
  calls: { who: registers },
  cases: { who: casework, whole: allCases, lists: (data) => areas(data.cases) },
};

/** Cases of several kinds, one of each in each cell: whoever sees it there, and who of them is told its reporter (masked). */
export interface CaseKind {
  sees: readonly Role[];
  /** An order brings it wherever it lies. */
  anywhere?: readonly Role[];
  told: readonly Role[];
}
const toldAlways: Role[] = ['operator', 'supervisor', 'grid_worker'];
export const caseKinds: Record<'ordinary' | 'three_lists' | 'mediated' | 'verified' | 'ordered' | 'complaint', CaseKind> = {
  ordinary: { sees: allCases, told: toldAlways },
  three_lists: { sees: [...allCases, 'deputy_hand_over'], told: toldAlways },
  mediated: { sees: [...allCases, 'mediator', 'deputy_mediation', 'deputy_observe'], told: [...toldAlways, 'mediator'] },
  verified: { sees: [...allCases, 'verifier'], told: [...toldAlways, 'verifier'] },
  ordered: { sees: allCases, anywhere: ['department_handler'], told: [...toldAlways, 'department_handler'] },
  /** about another department, with an order of the handlers' own */
  complaint: { sees: allCases, anywhere: ['department_handler'], told: ['operator', 'supervisor'] },
};
/** Of those who work for the department that the complaint is about: only who watches sees it, nobody is told the reporter. */
export const accusedSee: readonly Role[] = alerts;
