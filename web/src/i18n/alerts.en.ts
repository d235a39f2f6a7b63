import type { alertsZh } from './alerts.zh-CN.ts';

export const alertsEn: typeof alertsZh = {
  information: '{n} for information', informationHow: 'told by devices, nothing to do', informationShown: 'fold', title: 'Alerts', groups: 'Alert groups', count: '{n}', groupCount: '{n} group | {n} groups', order: 'by priority, time', listLabel: 'Alert queue: J and K move, A acknowledges, Enter opens', none: 'No alert waits for anybody', lastOne: 'the last one ended at {clock}',
  noHits: 'No alert fits the filters', noHitsHow: 'change or clear them', loading: 'Fetching the alerts…', rest: '{n} more, filter to see them', beyond: '{n} less urgent one is not listed | {n} less urgent ones are not listed', toHistory: 'see the history', waiting: '{n} waits | {n} wait', inQueue: '{n} row in the queue | {n} rows in the queue', onMapCount: '{n} alert | {n} alerts', mapNoPlace: '{n} of unknown place, in the queue only', mapUndrawn: '{n} less urgent not drawn', aside: '{n} put aside', move: 'move', fresh: '{n} new alert | {n} new alerts',
  flood: '{n} folded to {m} groups, ', floodFlat: 'more than {n} in 10 minutes, none of them folds', floodHidden: '{k} hidden', floodFirst: '; priority 1 is always shown', foldedWaiting: ', {n} not acknowledged', folded: '{n} more of this group',
  reports: '{n} report | {n} reports', recent: '{n} here in 30 days', nearby: '{n} open case near by | {n} open cases near by', caseCode: 'case {code}', chatter: 'chattering', exercise: 'exercise', test: 'test', over: 'Over', until: 'shelved until {clock}', noPlace: 'place unknown',
  priority: { 1: 'priority 1', 2: 'priority 2', 3: 'priority 3', 4: 'priority 4' },
  state: { unacknowledged: 'Unacknowledged', acknowledged: 'Acknowledged', returned: 'Returned, unacknowledged', normal: 'Over', shelved: 'Shelved', out_of_service: 'Out of service' },
  end: { cleared: 'cleared by the device', case: 'case opened', merged: 'merged', ignored: 'ignored', false_alarm: 'false alarm', expired: 'expired', cancelled: 'taken back by its source', fault: 'part of a fault' },
  dimension: {
    public_security: 'Public security', traffic: 'Road traffic', petition: 'Petition', enforcement: 'Law enforcement', dispute: 'Dispute', livelihood: 'Livelihood', camera_alarm: 'Camera alarm', camera_health: 'Camera equipment', sensor: 'Sensor', warning: 'Warning',
  },
  takeBackOf: 'Take back what the system decided: {what}', machine: { chatter: 'chattering', inhibited: 'muting', fault: 'common fault', join: 'joining' },
  act: {
    acknowledge: 'Acknowledge', shelve: 'Shelve', unshelve: 'Unshelve', out_of_service: 'Out of service', in_service: 'Back in service', comment: 'Comment', assign: 'Assign', ignore: 'Ignore', false_alarm: 'False alarm', case: 'New case', link_case: 'Merge', merge: 'Merge', merge_other: 'Merge with another', separate: 'Separate', check: 'Tick', undo: 'Undo',
  },
  done: {
    acknowledge: 'acknowledged', shelve: 'shelved', unshelve: 'unshelved', out_of_service: 'taken out of service', in_service: 'put back in service', comment: 'commented', assign: 'assigned', ignore: 'ignored', false_alarm: 'called a false alarm', case: 'case opened', link_case: 'merged', merge: 'merged', separate: 'separated', check: 'step ticked', uncheck: 'tick taken back', undo: 'undone',
  },
  told: {
    noneToOpen: 'No alert to make a case of; J and K choose one',
    done: '{done}: {title}', case: 'case {code} opened: {title}', undone: 'undone, {act}: {title}', undoneCase: 'undone: case {code} is ended: {title}', undoneSent: 'the alert is out of case {code}; what was sent to {name} stays sent and the case goes on. Open it to stop it: {title}', undoneGoesOn: 'the alert is out of case {code}, which goes on: {title}', openCase: 'Open the case', chosen: 'Chosen now; press again: {title}', nothing: 'there is nothing to undo', beaten: '{name} was first, {act} ({clock}): {title}', failed: '{act} failed, {why}: {title}',
    all: 'all {n} of its row', left: '{n} of its row, {left} left as they are (somebody acted, or it does not apply)',
  },
  minutes: 'Minutes', reason: 'Reason', comment: 'Comment', needReason: 'a reason is needed', needText: 'words are needed', me: 'me', noTargets: 'no alert or case near by to merge with', noPeople: 'nobody else is on duty', intoCase: 'into case {code}', askAll: 'for all {n} of its row', times: '×{n}', forMinutes: '{n} min',
  reasons: {
    shelve: ['somebody is on the way', 'being checked', 'device under repair'], ignore: ['said before', 'not our task', 'checked by phone, nothing'], false_alarm: ['device set off by chance', 'light and shadow', 'a trial'], out_of_service: ['under repair', 'broken'], in_service: ['repair done', 'device replaced', 'taken out by mistake'],
  },
  filters: 'Filters', search: 'title, place, case', clear: 'Clear', by: { priority: 'by priority', dimension: 'by dimension', area: 'by cell', state: 'by state', source: 'by source' },
  every: { priority: 'every priority', dimension: 'every dimension', area: 'every cell', state: 'every state', open: 'all that wait', aside: 'shelved and out of service', source: 'every source' },
  panel: 'Alert', panelBody: 'Cameras, reasons, steps, history', cameras: 'Nearest working cameras', enlarge: 'enlarge', enlargeOne: 'enlarge camera {n}', faces: 'faces it', facesNot: 'looks elsewhere', skipped: 'cameras passed over', skippedOne: 'passed over', skippedMore: '{n} more passed over', noCameras: 'No working camera within {far}', noPlaceCameras: 'place unknown, so no cameras', camerasFailed: 'The cameras could not be fetched: ',
  why: 'Why', together: 'why they belong together', sources: '{n} alert, why it is here | {n} alerts, why they belong together', firstOne: 'the first', column: { time: 'time', what: 'what', why: 'reason', act: 'act' },
  checklist: 'Checklist', stepsDone: '{n} / {all} steps', call: 'People to call', story: 'What happened', storyCount: 'reports {reports} · acts {acts}', more: '{n} more', less: 'fewer', marks: { future: 'ahead of time', late: 'late', past: 'imported', exercise: 'exercise', test: 'test' },
  actions: 'Acts', onMap: 'Map', detailFailed: 'The details could not be fetched, the queue goes on: ', openMark: '{title}, {priority}, {state}, {age}', marks_label: 'Alerts on the map',
  sound: { on: 'Sound on', off: 'Sound is off', muted: 'Muted', turnOn: 'Switch the sound on', turnOff: 'Mute', check: 'Check', checking: 'Checking…', why: 'The browser is silent until you act; V switches it on' },
  load: { title: 'Alert load', failed: 'The alert load cannot be had: ', nobody: 'no seat is manned', seat: 'Alerts here, 10 min', n: '{n}', limit: 'limit {n}', flood: 'over the limit', reports: 'in 10 min {reports} reports → {alerts} alerts', per10: '{n} in 10 min' },
  layers: 'Layers', heat: 'Heat', heatFailed: 'The heat cannot be had: ', heatNone: 'no alerts in the last {n} h', warningsFailed: 'The warnings cannot be had: ', heatOf: 'alerts of the last {n} h', warnings: 'Warnings', warningOf: '{colour} {count} / usually {expected}', colour: { red: 'red', yellow: 'yellow', green: 'green' },
  warningLegend: { red: 'red · cross-hatch · to be confirmed', yellow: 'yellow · hatch', green: 'green · dots', how: '{n} days, each cell and category against its own past' },
  warningTitle: 'Warning for {place}', warningConfirm: 'Confirm red', warningConfirmed: 'confirmed by {name}', warningLine: '{what} {count}, usually {expected}, p = {p}', warningNeeds: 'red has to be confirmed by a person', noWarning: 'no warning for this cell',
  cap: { title: 'Who issued the warning', level: '{colour} warning, level {n}', bySeverity: 'by its severity', sender: 'issued by', unchecked: 'signature not verified', colour: { red: 'Red', orange: 'Orange', yellow: 'Yellow', blue: 'Blue' }, status: { Actual: 'Actual', Exercise: 'Exercise', Test: 'Test' }, type: { Alert: 'Issued', Update: 'Update', Cancel: 'Cancelled' } },
  history: 'Alert history', historyCount: '{n}', historyMore: 'Earlier', historyEnd: 'nothing earlier', historyEmpty: 'no alert fits', historyFailed: 'The history could not be fetched: ', table: { time: 'time', priority: 'priority', title: 'title', place: 'place', source: 'source', state: 'state', by: 'by', count: 'reports' },
  console: 'Console', hints: 'Hints', hintsNone: 'Choose an alert: this is where the same case, recent cases and the warning of the cell are shown', maybeSame: 'Perhaps the same', match: 'match {score}', recentHere: 'Recently here', nearHere: 'Open near by', back: 'Back to the queue', caseSoon: 'N opens a case at once',
};
