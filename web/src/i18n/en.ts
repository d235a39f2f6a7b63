import { alertsEn } from './alerts.en.ts';
import { filesEn } from './files.en.ts';
import { casesEn } from './cases.en.ts';
import { adviceEn, devicesEn, firstEn } from './devices.en.ts';
import { dutyEn } from './duty.en.ts';
import { feedsEn } from './feeds.en.ts';
import { notifyEn } from './notify.en.ts';
import { meetEn } from './meet.en.ts';
import { talkEn } from './talk.en.ts';
import { pastEn } from './past.en.ts';
import { filmsEn, poolEn } from './pool.en.ts';
import { peopleEn } from './people.en.ts';
import type { Messages } from './zh-CN.ts';

export const en: Messages = {
  product: 'townwall',
  view: { map: 'Map', mosaic: 'Mosaic', live: 'Live', devices: 'Devices', ultra: 'Ultra-wide', console: 'Alerts', alerts: 'Alert history', feeds: 'Feeds', people: 'People', cases: 'Cases', case: 'Case', intake: 'Intake', work: 'Work', indicators: 'Indicators', ledger: 'Bring a ledger in', duty: 'Duty', meetings: 'Meetings', meeting: 'Meeting', films: 'Recordings', pool: 'Mediation lists', guest: 'Mediation and talks' },
  login: {
    title: 'Log in', name: 'Login', password: 'Password', code: 'One-time code', submit: 'Log in', working: 'Logging in…',
    wrong: 'Wrong login or password', wait: 'Too many tries; again in {s} s', failed: 'Login failed: {why}', ended: 'The session ended; please log in again', logout: 'Log out',
  },
  reason: {
    title: 'Why are you viewing during this shift?', why: 'Every view of public video goes on record (Public Video Regulation, art. 16). Asked once a shift.',
    field: 'Reason for viewing', example: 'e.g. duty watch', submit: 'OK', common: ['Duty watch', 'Incident response', 'Equipment check'],
  },
  connection: {
    open: 'Live', delay: 'delay {s} s', connecting: 'Connecting', closed: 'Disconnected for {time}, reconnecting', closedSince: 'showing what was known at {clock}',
    seats: '{n} seat on duty | {n} seats on duty', lost: 'Disconnected', unreachable: 'The server cannot be reached', unreachableHow: 'It is tried again every 2 s; if that goes on, check the network of this machine or ask the system administrator to look at the server', again: 'Try now',
  },
  notice: {
    disk_full: 'The disk is full, new records cannot be kept', disk_fullNext: 'pictures go on; ask the system administrator to clear the data disk', store_failing: 'Records are waiting to be written', store_failingNext: 'pictures go on; ask the system administrator to check the data disk',
    disk_low: 'Less than 1 GB of disk is left', disk_lowNext: 'ask the system administrator to clear the data disk', redis_away: 'The event bus is away', redis_awayNext: 'pictures go on, events are sent later; if it stays, ask the system administrator to check Redis',
    media_away: 'The media service is away, there are no new pictures', media_awayNext: 'these are the last ones, it restarts by itself; after a minute ask the system administrator to look at townwall-media', since: 'since {clock}', more: '{n} more', region: 'System notices',
  },
  strip: {
    label: 'Figures of the town', online: 'Cameras online', of: '{n} / {all}', age: 'Median picture age', p99: 'p99 {s}', down: 'No picture', downMeans: 'Cameras that cannot be reached, want another password or send nothing; disabled and idle ones are not counted.', stale: 'Stale', staleMeans: 'Connected, but without a new picture, or frozen or black', inflow: 'Video in', units: '{n}/s', cores: 'Processor', coresOf: 'media {n} cores', picture: 'tiles {n}', seats: 'On duty', seatsUnit: '{n} seat | {n} seats', none: 'none', duty: 'this seat {name}', percent: '{n}%', mbits: '{n} Mbit/s', paths: '{n}', coresUnit: '{n} cores',
  },
  trouble: {
    title: 'Cameras in trouble', count: '{n}', order: 'newest first', none: 'No camera is in trouble', all: 'all {n} are well', last: 'last recovery {clock}', fresh: '{n} new, Enter shows them', rest: '{n} more, filter the mosaic', label: 'Cameras in trouble, up and down move, Enter opens one on the map', waiting: 'Fetching the states…',
  },
  bar: {
    views: 'Views', outage: '{host}: {down} of {of} streams without picture ({reason})', outageMore: '{n} more hosts', untouched: 'Not affected: pictures being watched', asOf: 'as of {clock}',
    command: 'Type / to find a camera', keys: 'All keys', found: '{n} found · Enter jumps', none: 'Nothing found', picture: 'Picture time', shed: 'Reduced', shedDetail: 'the whole-town picture refreshes more slowly', clock: '{w} {d}/{m}',
    weekdays: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  },
  state: {
    connecting: 'Connecting', live: 'Live', sampled: 'Sampled', idle: 'Idle', stale: 'Stale', down: 'No picture', disabled: 'Disabled',
  },
  why: {
    unreachable: 'Unreachable', wrong_password: 'Wrong password', limit_reached: 'Limit reached', refused: 'Refused', no_data: 'No data', protocol: 'Protocol error', no_video: 'No video track',
    cannot_decode: 'Cannot decode', decoder_crashed: 'Decoder crashed', frozen: 'Frozen', black: 'Black', pipeline: 'Pipeline error', bad_url: 'Bad address', wrong_certificate: 'Wrong certificate', media_away: 'Media service away', connecting: 'Connecting', disabled: 'Disabled',
    no_right: 'No right', reason_required: 'Reason needed', limit: 'Too many streams', too_often: 'Opened too often', other: 'Another reason', no_picture: 'No picture yet', stopped: 'Stopped', replaced: 'Replaced', timeout: 'Timed out', unknown_camera: 'No such camera', browser: 'The browser cannot decode',
  },
  rung: { none: 'no picture', thumb: 'thumbnail', key: 'keyframes', live: 'live' },
  mosaic: {
    noWebgl: 'This browser has no WebGL2, the mosaic cannot be shown', noWebglHow: 'Map and live work; switch on hardware acceleration or use a newer browser', noAreas: 'The grid cells could not be fetched, cameras are not grouped',
    total: '{n} camera | {n} cameras', map: 'Small map', view: '{p}% in view', placed: 'at {name}', village: '{n}', noPicture: 'no picture {n}', oldest: 'oldest {s}', age: 'picture time 0–5 s', quantiles: 'p50 {p50} s · p99 {p99} s', loading: 'Fetching {n} cameras…', loadingAll: 'Fetching the cameras…',
    empty: 'No cameras yet', emptyHow: 'Import a camera list with wallctl cameras import or on the Devices page', noHits: 'No camera matches', noHitsHow: 'Esc clears search and filter', wholeTown: 'Whole town', toMap: 'To map',
    label: 'Mosaic of {n} cameras. Arrows move, Shift and arrows move by grid cell, plus and minus zoom, Enter plays, F goes to the map', tile: '{name}, {state}, picture {age}',
    other: 'No grid cell',
  },
  live: {
    empty: 'No camera chosen yet', emptyHow: 'Choose cameras on the map or mosaic, or press / to find one', vacant: 'Empty: choose a camera from the list', layout: '{n} picture | {n} pictures', grid: 'Layout', tile: '{name}, {state}', choose: 'Choose cameras', chooseDone: 'Watch', size: '{w}×{h}', full: 'Full screen', dropped: 'dropped {n}', waiting: 'waiting for a picture', close: 'Close',
    decoder: { webcodecs: 'WebCodecs', mse: 'MSE' }, transcoded: 'transcoded', main: 'main stream', sub: 'sub stream',
  },
  map: {
    loadingGround: 'Loading the base map…', groundFailed: 'The base map cannot be had; cameras and cells work: ', noMap: 'No base map', noMapHow: 'cameras and cells work; put the map file into town.dir and restart', drawKeys: 'arrows move the cross, Space sets a point, Enter finishes, Esc cancels', circle: 'Circle', line: 'Line', open: 'Open {n}', drawHint: 'Press and drag on the map; Esc cancels', scale: 'Scale', cameras: 'Cameras', cell: 'Grid cell', all: 'Whole town', zoomIn: 'Zoom in', zoomOut: 'Zoom out', home: 'Whole town',
    total: '{n} camera | {n} cameras', picked: '{n} chosen', nearest: 'the first {n} open', cellNumber: 'Grid cell {n}', openCell: 'Open its cameras', legend: 'Legend', tools: 'Map tools', where: 'Where this is', wedge: 'wedge: field of view', failed: 'The map cannot be had', inView: '{n} camera in view | {n} cameras in view',
    mirror: '{n} cameras in view, arrows go from one to the next', unplaced: '{n} without a place are only in the mosaic',
    label: 'Map. Arrows move, plus and minus zoom, Tab to the cameras and arrows from one to the next, Enter plays, O opens the cameras of the grid cell, C draws a circle, L a line, F goes to the mosaic, Esc one level up',
  },
  devices: devicesEn,
  alerts: alertsEn,
  cases: casesEn,
  files: filesEn,
  feeds: feedsEn,
  notify: notifyEn,
  duty: dutyEn,
  people: peopleEn,
  meet: meetEn,
  talk: talkEn,
  past: pastEn,
  films: filmsEn,
  pool: poolEn,
  advice: adviceEn,
  first: firstEn,
  keys: {
    notes: 'Notifications',
    gt: 'Meetings', g6: 'Alert console', g7: 'Feeds', g8: 'People and rights', g9: 'Cases', g0: 'My work', gi: 'Intake', gn: 'Indicators', gd: 'Duty', commandLine: 'command line of the form', joinCase: 'join the similar case', nextCase: 'next / previous case', nextColumn: 'another column', openCase: 'open the case', findCase: 'find a case', closeCase: 'back to the board', caseActs: 'acts of the case, as its buttons say', nextAlert: 'next / previous alert', openAlert: 'open the alert', acknowledge: 'acknowledge', shelve: 'shelve', newCase: 'new case', merge: 'merge (takes the case that is offered; with Shift others)', falseAlarm: 'false alarm', ignore: 'ignore', comment: 'comment', assign: 'assign', undo: 'undo the last act', outOfService: 'Device out of / back in service', undoMachine: 'with Shift: take back what the system decided', findAlert: 'find it on the map', information: 'show / fold information', newRows: 'show new alerts', enlargeCamera: 'enlarge a camera', closeAlert: 'close', sound: 'sound on / off',
    g5: 'Ultra-wide', pan: 'Move the map', zoom: 'Zoom in / out', toMosaic: 'To the mosaic', toMap: 'To the map', openCell: 'Open the cell\'s cameras', circle: 'Choose by a circle', line: 'Choose by a line', play: 'Play', enlarge: 'One large / all', step: 'Another camera', remove: 'Take out of the layout', clear: 'Clear search and filter', tiles: 'Move the focus', cells: 'Move by grid cell', here: 'This page', legend: 'Shapes', states: 'States', reasons: 'Why there is no picture', size: 'Text size', sizeHow: 'By the viewing distance; kept on this display', times: '{n}×', layout1: '1 picture', layout4: '4 pictures', layout9: '9 pictures', layout16: '16 pictures',
    title: 'All keys', g1: 'Map', g2: 'Mosaic', g3: 'Live', g4: 'Devices', slash: 'Find a camera', help: 'Show all keys', esc: 'One level up', arrows: 'Move the focus', shiftArrows: 'Move by grid cell', plus: 'Zoom in / out', enter: 'Play', f: 'Between map and mosaic', layouts: 'Layouts 1, 4, 9, 16', full: 'Full screen', close: 'Close',
  },
  time: { s: '{n} s', min: '{n} min', h: '{n} h', d: '{n} d', none: 'none' },
  common: { noPages: 'This account has no page now', noPagesHow: 'Its role has no page here yet, or its grants have not begun or are over: "My account" at the upper right has their times; a system administrator gives new ones', noCameras: 'This account has no right to see cameras', noCamerasHow: 'Ask the system administrator for the right to list cameras, or log in as somebody else', noPictures: 'This account sees the states of cameras, not their pictures', noPicturesHow: 'Ask the system administrator for the right to live pictures if you need it', noPage: 'There is no such page', retry: 'Try again', close: 'Close', ok: 'OK', cancel: 'Cancel', error: 'Something went wrong', loading: 'Loading…', skip: 'Skip to content', language: '中文', toEnglish: 'Switch to Chinese' },
};
