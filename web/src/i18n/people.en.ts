// Words of people and rights.
export const peopleEn = {
  title: 'People and rights', tab: { users: 'Users', departments: 'Departments', roles: 'Roles', sessions: 'Sessions', audit: 'Audit', holds: 'Holds and retention', deliveries: 'Deliveries', own: 'My account' },
  count: '{n} user | {n} users', search: 'Search', addUser: 'Add a user', failed: 'Could not be fetched: ', loading: 'Loading…', everywhere: 'Everywhere', comma: ', ',
  column: { name: 'Name', title: 'Name', login: 'Login', unit: 'Unit', state: 'State', id: 'ID', action: 'Action' },
  state: { enabled: 'Enabled', disabled: 'Disabled', locked: 'Locked' }, on: 'On', off: 'Off',
  grants: 'Roles and grants', role: 'Role', area: 'Area', chooseRole: 'Choose a role', deputies: 'Grants of deputies', takeGrant: 'Take this one away', addGrant: 'Add one', grantTimes: 'Set its time', grantFrom: 'Beginning of the grant', grantUntil: 'End of the grant', noEnd: 'without an end', span: '{from} to {until}', spanFrom: 'from {from}', spanUntil: 'until {until}', inBrackets: ' ({facts})', grantState: { waits: 'not yet', holds: 'holds', over: 'over' },
  department: 'Department', noDepartment: 'No department', phone: 'Phone', phoneKnown: 'Kept sealed; empty leaves it', phoneHow: 'Kept sealed', password: 'First password', newPassword: 'New password', mayLogin: 'May log in',
  endsSessions: 'Saving ends all sessions of this user', saved: 'Saved', save: 'Save', add: 'Add', unlock: 'Unlock', unlocked: 'Unlocked', totpTake: 'Switch its codes off', totpTaken: 'Codes are off',
  auditorHow: 'Accounts of security auditors are not the administrator\'s: they are changed on the server\'s command line alone', noRight: 'Read only: a system administrator may change it',
  departments: '{n} department | {n} departments', addDepartment: 'Add a department', noDepartments: 'No departments yet', noDepartmentsHow: 'Orders need departments: add the first one', kind: 'Kind', parent: 'Above', leader: 'Leader', leaderPhone: 'Phone of the leader', leaderKnown: 'Kept sealed; empty leaves it', known: 'Known', unknown: 'Not known',
  kinds: { department: 'Department', station: 'Station', village: 'Village / community', court: 'Court', police: 'Police', mediation: 'Mediation', outside: 'Outside' },
  idHow: 'ID (lower-case letters, digits; never changes)', nameEn: 'English name', takesWork: 'Takes orders',
  rolesHow: 'What a role may is the program\'s; each is given in an area', mayDo: 'May', grantOf: 'of deputies', nothingMore: 'log in only', sessions: '{n} session | {n} sessions', browser: 'Browser', address: 'Address', since: 'Since', lastUse: 'Last use', endSession: 'End', thisOne: 'this one',
  object: 'Object', from: 'From', until: 'Until', check: 'Check the chain', export: 'Export', anyAction: 'All', number: 'No.', time: 'Time', details: 'Details', system: 'system', noRecords: 'No record matches', more: 'Earlier records',
  broken: 'record {n} does not fit the chain', whole: '{n} record, the chain is whole | {n} records, the chain is whole',
  held: { case: 'Case', person: 'Person', camera: 'Views of a camera', view_log: 'Views', view_reason: 'Reasons for viewing', attachment: 'Files', meeting: 'Meetings', notification: 'Notifications' },
  heldObject: 'ID, empty for all', reason: 'Reason', hold: 'Place a hold', placed: 'Placed by', lift: 'Lift', lifted: 'lifted {clock}', stands: 'stands', noHolds: 'No legal holds', retention: 'Kept', days: '{n} days', forEver: 'for ever', deleted: 'Deleted', heldBack: 'Kept by holds',
  group: { login: 'Logins', user: 'Users', department: 'Departments', totp: 'Codes', session: 'Sessions', grant: 'Grants', person: 'Persons', hold: 'Legal holds', retention: 'Deletions', camera: 'Cameras', feed: 'Feeds', case: 'Cases', refused: 'Refused' },
  action: {
    login: 'logged in', logout: 'logged out', login_failed: 'login failed', login_limited: 'too many tries', password_change: 'password changed', password_refused: 'old password wrong', user_add: 'user added', user_change: 'user changed', user_unlock: 'unlocked', grant_give: 'granted', grant_begin: 'grant began', grant_end: 'grant ended', grant_wait: 'grant waits again', totp_on: 'codes on', totp_off: 'codes off', totp_reset: 'codes taken off',
    session_end: 'session ended', department_add: 'department added', department_change: 'department changed', person_add: 'person added', person_change: 'person changed', person_reveal: 'person revealed', person_erase: 'person erased', hold_place: 'hold placed', hold_lift: 'hold lifted', retention_delete: 'deleted when due', refused: 'refused', camera_put: 'camera changed', camera_delete: 'camera deleted', camera_import: 'cameras imported',
  },
  changePassword: 'Change the password', oldPassword: 'Old password', passwordChanged: 'The password is changed', totp: 'One-time codes', totpHow: 'Besides the password, the 6 digits of an authenticator are asked for at the login: a password alone opens nothing', totpIsOn: 'On: the 6 digits of your authenticator are asked for at the login', totpBegin: 'Switch codes on', totpEnd: 'Switch codes off', totpOn: 'Codes are on',
  totpScan: 'Scan it with an authenticator, or type the key below into it, then type the 6 digits that it shows', code: '6 digits', totpConfirm: 'Confirm', qr: 'QR code of the key', ownSessions: 'My sessions',
  roles: {
    call_taker: 'Call taker', operator: 'Operator', grid_worker: 'Grid worker', department_handler: 'Department handler', supervisor: 'Supervisor', verifier: 'Verifier', mediator: 'Mediator', deputy: 'Deputy', auditor: 'Auditor', front_desk: 'Front desk', leader: 'Leader', system_admin: 'System administrator', security_auditor: 'Security auditor',
    deputy_collect: 'Collects requests', deputy_hand_over: 'Hands to departments', deputy_mediation: 'Takes part in mediation', deputy_observe: 'Observes', deputy_audit: 'Audits',
  },
  rights: {
    camera_list: 'list of cameras', camera_live: 'live pictures', camera_edit: 'edit cameras', place_see: 'map', wall_see: 'wall', wall_drive: 'drive the wall', user_see: 'see users', user_edit: 'manage users and departments', audit_see: 'audit log', config_see: 'see the configuration', config_edit: 'change the configuration', alert_see: 'alerts', alert_handle: 'handle alerts', feed_see: 'feeds', feed_edit: 'edit feeds',
    case_see: 'all cases of the area', case_open: 'case from an alert', case_own: 'cases of one\'s own', case_register: 'register requests', case_act: 'work on cases', case_indicators: 'indicators', case_audit: 'sample case files', person_see: 'persons, masked', person_edit: 'register persons', person_reveal: 'reveal persons with a reason', person_erase: 'erase persons', hold_edit: 'legal holds',
  },
};
