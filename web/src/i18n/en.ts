import { adviceEn, devicesEn, firstEn } from './devices.en.ts';
import type { Messages } from './zh-CN.ts';

export const en: Messages = {
  product: 'townwall',
  view: { map: 'Map', mosaic: 'Mosaic', live: 'Live', devices: 'Devices', ultra: 'Ultra-wide' },
  login: {
    title: 'Log in', name: 'Login', password: 'Password', submit: 'Log in', working: 'Logging in…',
    wrong: 'Wrong login or password', wait: 'Too many tries; again in {s} s', failed: 'Login failed: {why}', ended: 'The session ended; please log in again', logout: 'Log out',
  },
  reason: {
    title: 'Why are you viewing during this shift?', why: 'Every view of public video goes on record (Public Video Regulation, art. 16). Asked once a shift.',
    field: 'Reason for viewing', example: 'e.g. duty watch', submit: 'OK', common: ['Duty watch', 'Incident response', 'Equipment check'],
  },
  connection: {
    open: 'Live', delay: 'delay {s} s', connecting: 'Connecting', closed: 'Disconnected for {time}, reconnecting', closedSince: 'showing what was known at {clock}',
    seats: '{n} seats on duty',
  },
  bar: {
    views: 'Views', mediaAway: 'Media node {id} is away', outage: '{host}: {down} of {of} streams without picture ({reason})', outageMore: '{n} more hosts', untouched: 'Not affected: pictures being watched', cores: 'media {n} cores', asOf: 'as of {clock}',
    command: 'Type / to find a camera', keys: 'All keys', found: '{n} found · Enter jumps', none: 'Nothing found', picture: 'Picture time', shed: 'Reduced', shedDetail: 'the whole-town picture refreshes more slowly', clock: '{w} {d}/{m}',
    weekdays: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  },
  state: {
    connecting: 'Connecting', live: 'Live', sampled: 'Sampled', idle: 'Idle', stale: 'Stale', down: 'No picture', disabled: 'Disabled',
  },
  why: {
    unreachable: 'Unreachable', wrong_password: 'Wrong password', limit_reached: 'Limit reached', refused: 'Refused', no_data: 'No data', protocol: 'Protocol error', no_video: 'No video track',
    cannot_decode: 'Cannot decode', decoder_crashed: 'Decoder crashed', frozen: 'Frozen', black: 'Black', pipeline: 'Pipeline error', bad_url: 'Bad address', wrong_certificate: 'Wrong certificate', media_away: 'Media service away', connecting: 'Connecting', disabled: 'Disabled',
    no_right: 'No right', reason_required: 'Reason needed', limit: 'Too many streams', too_often: 'Opened too often', stopped: 'Stopped', replaced: 'Replaced', timeout: 'Timed out', unknown_camera: 'No such camera', browser: 'The browser cannot decode',
  },
  rung: { none: 'no picture', thumb: 'thumbnail', key: 'keyframes', live: 'live' },
  mosaic: {
    noWebgl: 'This browser has no WebGL2, the mosaic cannot be shown; map and live work.', noAreas: 'The grid cells could not be fetched; cameras are not grouped.',
    total: '{n} cameras', village: '{n}', noPicture: 'no picture {n}', oldest: 'oldest {s}', age: 'picture time 0–5 s', quantiles: 'p50 {p50} s · p99 {p99} s', loading: 'Fetching {n} cameras…',
    empty: 'No cameras yet', emptyHow: 'Import a camera list with wallctl cameras import or on the Devices page', wholeTown: 'Whole town', visible: '{p}% in view', toMap: 'To map',
    label: 'Mosaic of {n} cameras. Arrows move, Shift and arrows move by grid cell, plus and minus zoom, Enter plays, F goes to the map', tile: '{name}, {state}, picture {age}',
    other: 'No grid cell',
  },
  live: {
    empty: 'No camera chosen yet', emptyHow: 'Choose cameras on the map or mosaic, or press / to find one', layout: '{n} pictures', full: 'Full screen', dropped: 'dropped {n}', waiting: 'waiting for a picture', close: 'Close',
    decoder: { webcodecs: 'WebCodecs', mse: 'MSE' }, transcoded: 'transcoded', main: 'main stream', sub: 'sub stream',
  },
  map: {
    noMap: 'No base map yet', circle: 'Circle', line: 'Line', open: 'Open {n}', drawHint: 'Press and drag on the map; Esc cancels', scale: 'Scale', cameras: 'Cameras', cell: 'Grid cell', all: 'Whole town', zoomIn: 'Zoom in', zoomOut: 'Zoom out', home: 'Whole town',
    total: '{n} cameras', picked: '{n} chosen', nearest: 'the first {n} open', cellNumber: 'Grid cell {n}', openCell: 'Open its cameras', legend: 'Legend', tools: 'Map tools', where: 'Where this is', wedge: 'wedge: field of view', failed: 'The map cannot be had', inView: '{n} cameras in view',
    label: 'Map. Arrows move, plus and minus zoom, Tab goes from camera to camera, Enter plays, O opens the cameras of the grid cell, C draws a circle, L a line, F goes to the mosaic, Esc one level up',
  },
  devices: devicesEn,
  advice: adviceEn,
  first: firstEn,
  keys: {
    g5: 'Ultra-wide',
    title: 'All keys', g1: 'Map', g2: 'Mosaic', g3: 'Live', g4: 'Devices', slash: 'Find a camera', help: 'Show all keys', esc: 'One level up', arrows: 'Move the focus', shiftArrows: 'Move by grid cell', plus: 'Zoom in / out', enter: 'Play', f: 'Between map and mosaic', layouts: 'Layouts 1, 4, 9, 16', full: 'Full screen', close: 'Close',
  },
  time: { s: '{n} s', min: '{n} min', h: '{n} h', d: '{n} d', none: 'none' },
  common: { noCameras: 'This account has no right to see cameras; ask the system administrator if it should.', noPage: 'There is no such page', retry: 'Try again', close: 'Close', ok: 'OK', cancel: 'Cancel', error: 'Something went wrong', loading: 'Loading…', skip: 'Skip to content', language: '中文' },
};
