import type { adviceZh, devicesZh, firstZh } from './devices.zh-CN.ts';

export const devicesEn: typeof devicesZh = {
  title: 'Devices', search: 'Name, id, cell, system', id: 'Id', name: 'Name', state: 'State', reason: 'Reason', area: 'Grid cell', codec: 'Codec', size: 'Size', since: 'Since', system: 'Source system', offset: 'Clock offset', loss: 'Packets lost (last minute)', smallBuffer: 'UDP receive buffers of media node {node} are {hasKb} KiB instead of {wantedKb}: pictures may lose packets. Who runs the machine enters', rate: 'Online 24 h',
  village: 'Village', place_filter: 'Area', mode: 'Mode', every: 'All', none: 'No camera matches', noneHow: 'Change a filter, or clear them', table: 'Camera list', clear: 'Clear filters', filters: 'Filters', count: '{shown} / {total} cameras', allStates: 'All {n}',
  columns: 'Columns', columnsTitle: 'Columns shown', columnsReset: 'Back to default', export: 'Export CSV', exportFile: 'cameras', exported: '{n} rows exported', add: 'Add camera', edit: 'Edit', view: { list: 'List', rates: 'Online rates' },
  import: 'Import', dryRun: 'Dry run', rows: '{n} rows', created: '{n} new', updated: '{n} changed', unchanged: '{n} unchanged', removed: '{n} deleted', missing: '{n} not in the list', refused: '{n} refused', line: 'Line {n}', done: 'Imported', choose: 'Choose a CSV file', template: 'Download template',
  checking: 'Checking…', importing: 'Importing…', applyRows: 'Import {n} rows', applyReplace: 'Import {n} rows and delete {gone} cameras', nothing: 'The file says what is known already; there is nothing to change', row: 'Line', column: 'Column', problem: 'Problem', warnings: '{n} notes', file: 'File {name}, {kb} KB',
  refusedKept: 'Refused rows are left out; correct them and import again', replace: 'Delete the {n} cameras that the list does not name', replaceWhy: 'The list is all there is: other cameras and how they are reached are deleted; records stay', replaceBad: 'Not before the refused rows are corrected',
  changes: 'Rows that change something', what: { new: 'new', changed: 'changed' }, fields: 'Changed fields', gone: 'Cameras that the list does not name', andMore: '… and {n} more',
  source: 'Connection', legal: 'Legal record', position: 'Position', looks: 'Direction, field of view', url: 'Main stream address', sub_url: 'Sub stream address', version: 'Version', detail: 'Last attempt', unknown: 'not given', short: 'kept for less than the legal period', enabled: 'Enabled',
  place: 'Where installed', keeper: 'Keeper', legal_basis: 'Legal basis', filing_no: 'Filing number', notice_sign: 'Notice sign', forbidden_zone: 'Forbidden zone', video_keep_days: 'To be kept (days)', retention_days: 'Kept (days)', yes: 'yes', no: 'no', not_known: 'not known',
  lon: 'Longitude', lat: 'Latitude', crs: 'Reference system', azimuth: 'Direction (°)', fov: 'Field of view (°)', source_system: 'Source system', properties: 'Further properties',
  modes: { always: 'always', on_demand: 'on demand', sampled: 'sampled' }, modeHow: { always: 'always connected, newest pictures', on_demand: 'connected while somebody watches, otherwise no picture', sampled: 'a frame in turn, for platforms that limit streams' },
  onMap: 'On the map', loading: 'Fetching {n} cameras…', tabs: { now: 'Now', history: 'History', diagnosis: 'Diagnosis', record: 'Record' },
  disable: 'Disable', enable: 'Enable camera', remove: 'Delete', removeSure: 'Delete “{name}”?', removeHow: 'How it is reached is deleted too and cannot be brought back; records stay. To leave it out for a while, choose Disable.', working: 'Working…',
  noPictures: 'This role manages devices and sees no pictures', noPicturesWhy: 'Pictures go only to those whose work needs them (Personal Information Protection Law, need-to-know): operators and leaders. The diagnosis tells whether there is a picture, its size and bit rate.', picture: 'Newest picture', pictureAge: '{age} ago',
  noTown: 'No area data yet, cameras are not grouped by grid cell; how to add it: docs/town-format.md',
  diagnose: 'Diagnose', diagnosing: 'Diagnosing, 10 seconds at most…', diagnoseHow: 'Opens a connection of its own and tries step by step: name, connection, questions and answers, first packet, first keyframe, then three seconds of measuring.', sub: 'Sub stream', main: 'Main stream', again: 'Try again',
  steps: 'Diagnosis', stepOk: 'done', stepBad: 'failed', copy: 'Copy as text', copied: 'Copied; it can go to the vendor', copyFailed: 'Copying failed; select it by hand', verdictOk: 'The picture is fine', verdictBad: 'No picture', toVendor: 'Diagnosis for the vendor', tried: 'Address tried', at: 'Time', server: 'This system',
  step: {
    address: 'Address', dns: 'Name', tcp: 'Connection', tls: 'Encryption', GET: 'HTTP tunnel', connect: 'Connection', packet: 'First packet', keyframe: 'First keyframe', stream: 'Stream', OPTIONS: 'OPTIONS', DESCRIBE: 'DESCRIBE', SETUP: 'SETUP', PLAY: 'PLAY',
  },
  measured: '{codec} {w}×{h}, {fps} pictures/s, {kbit} kbit/s', gop: 'a keyframe each {s} s', noGop: 'no second keyframe in 3 s', clockOff: 'clock {ms} ms ahead', clockLate: 'clock {ms} ms behind', clockNone: 'clock not reported',
  clockAhead: '{d} ahead', clockBehind: '{d} behind',
  history: 'States over time', span: { '24h': '24 hours', '7d': '7 days', '30d': '30 days' }, timeline: 'Time line of {name}: {n} changes', kind: { online: 'online', offline: 'not online', unknown: 'not observed', disabled: 'disabled' },
  noChanges: 'No change in this time', noHistory: 'Nothing on record yet; it begins with the first change', when: 'Time', lasted: 'For', skipped: '{n} more changes in between were not written', more: 'Older changes are not shown', gapRow: 'The server did not run', now: 'until now',
  rates: 'Online rates', ratesFailed: 'The online rates cannot be had: ', historyFailed: 'The record of states cannot be had: ', rateOf: '{online} / {observed}', rateNone: 'not observed yet', ratesHow: 'Time online ÷ time observed; disabled, idle and the server being down do not count.', by: 'By', byKind: { village: 'Village', cell: 'Grid cell', source_system: 'Source system' }, cameras: 'Cameras', total: 'Total', noArea: 'No grid cell', noSystem: 'No source system given', showCameras: 'Show these {n}',
  editTitle: 'Edit {name}', addTitle: 'Add a camera', save: 'Save', saving: 'Saving…', test: 'Test this address', testSub: 'Test the sub stream', user: 'User', password: 'Password', keepSecret: 'empty: as it is', secretHow: 'A password is written, never shown; another host needs it again.', basics: 'Basics', where: 'Place and area', extra: 'Keeping and filing',
  idHow: '1–64 letters, digits or -_.:, stays once saved', urlHow: 'such as rtsp://10.20.1.11/Streaming/Channels/101', subHow: 'about 640×360, a keyframe each 1–2 s; may be empty', required: 'needed', numberHow: 'a number {min} to {max}',
  conflict: 'Somebody else has just changed this camera', conflictHow: 'Below is what they changed. Keep your changes on top and save, or drop yours.', theirs: 'Now', mine: 'Yours', keepMine: 'Keep mine on top', dropMine: 'Drop my changes', conflictSame: 'They changed other fields; you can save again.', saved: 'Saved', unsaved: 'There are unsaved changes; press Esc again to drop them',
};

export const adviceEn: typeof adviceZh = {
  live: 'The picture is fine.', sampled: 'The platform limits streams; pictures come in turn. This is normal.', idle: 'On demand: connected while somebody watches.', connecting: 'The first attempt is under way; a result comes within seconds.', disabled: 'Disabled, not connected. Press Enable when it is wanted.',
  stale: 'Connected, but no new keyframe for a long time. See whether the keyframe interval (I frame) is too long, or the network loses packets.',
  unreachable: 'Not reachable. Check power and cable, address and port, switch and firewall.',
  wrong_password: 'Wrong password, or no permission. Check user and password; cameras lock after several wrong ones, so wait 5–10 minutes after correcting it.',
  limit_reached: 'The camera or platform has no connection left. Close other programs that take its stream, or change the mode to sampled or on demand.',
  refused: 'It answers, but says no. Most often the path is wrong: see the answer to DESCRIBE in the diagnosis, and the maker\'s address format.',
  no_data: 'Connected, but nothing comes. See whether the camera hangs (restart it), the network is jammed or blocks one direction, UDP is filtered.',
  protocol: 'Its answers cannot be understood. Update its firmware, or send the diagnosis to the vendor.',
  no_video: 'There is no H.264 or H.265 video. Set the codec to one of them in the camera (not a private “smart” H.264+/H.265+).',
  cannot_decode: 'Pictures come but cannot be decoded. Set baseline, main or high profile, and switch smart coding off.',
  decoder_crashed: 'This stream made the decoder fail; it was set aside and harms no other camera. Keep the diagnosis and tell those who maintain this system; a sub stream may do.',
  frozen: 'The picture does not change. The camera hangs, or shows a still: restart it and have a look on site.',
  black: 'The picture is black. Is the lens covered, night vision broken, or the power out on site?',
  pipeline: 'A media pipeline failed. See the last attempt, and whether this kind of address is supported; otherwise send the diagnosis to those who maintain this system.',
  bad_url: 'The address is wrong. Press Edit and write it like rtsp://host/path; test it before saving.',
  wrong_certificate: 'It shows another certificate than before; no password was sent. If it was replaced or reset, compare the fingerprint in the diagnosis with the one on its own page and take its line out of the file camera-certificates; if not, find out who stands between.',
  media_away: 'The media service is away and being restored; it is not the camera, and mostly takes seconds.',
  timeout: 'No result in time: the network is too slow, or the camera does not answer.',
};

export const firstEn: typeof firstZh = {
  title: 'No cameras yet', how: 'Two ways; seconds later there are pictures here:', one: 'Add one by its address', oneHow: 'RTSP, HTTP or a file; test it before saving.', list: 'Import a list', listHow: 'A CSV file; see what each row would do, then import.', noRight: 'This account cannot add cameras; log in as system administrator (the logins made at first start are in logins.txt of the data folder).',
  noArea: 'There is no area data yet (villages, grid cells, base map): cameras can be added first, ungrouped for now; docs/town-format.md says how to add it.', noWatch: 'Then log in as operator or leader to see pictures: the system administrator manages devices and sees none.', noWatchBar: 'This account sees no pictures: the work of a {role} does not need them. Operators and leaders see them.', columns: 'Needed: id, name, url. Common: sub_url, lon, lat, crs, area, source_system, azimuth, fov', roles: {
    system_admin: 'system administrator', supervisor: 'supervisor',
  },
};
