export const notifyEn = {
  title: 'Notifications', unread: 'Notifications, {n} unread', isUnread: 'unread', none: 'Nothing yet', readAll: 'Mark all as read', allow: 'Allow system notifications', due: 'due {clock}',
  kind: { order: 'Order', withdrawn: 'Order withdrawn', open: 'New case', returned: 'Given back', ruling: 'To be ruled on', feedback: 'Feedback to review', back: 'Sent back', verify: 'To be verified', reopened: 'Reopened', closed: 'Closed', ended: 'Ended',
    ask: 'Request to rule on', ruled: 'Request ruled on', resumed: 'Resumed', merged: 'Merged', urge: 'Urged', card: 'Supervised', instruction: 'Instruction', resolution: 'Resolution', meeting: 'Meeting', joint: 'Joint meeting', mediation: 'Mediation', escalated: 'Escalated', overdue: 'Overdue',
    reminder: 'Reminder', undelivered: 'Not delivered', invite: 'Invitation', meeting_soon: 'Meeting soon', court_soon: 'Judicial confirmation due', perform_soon: 'Performance due', test: 'Test', other: 'Notification' },
  states: { queued: 'waiting', failed: 'tried again', given_up: 'given up', sent: 'sent', void: 'void' },
  state: 'State', every: 'All', when: 'Time', channel: 'Channel', what: 'What', tries: 'Tries', answer: 'Answer', next: 'again {clock}', counts: '{sent} sent, {lost} given up', off: 'off',
  test: 'Test', testQueued: 'A test waits to be sent', retry: 'Retry', retryQueued: 'It waits to be sent', noChannels: 'No channels', noDeliveries: 'No messages',
  papers: 'Papers', paper: { receipt: 'Receipt', order: 'Order', card: 'Supervision card' }, withName: 'With the reporter', why: 'Reason', print: 'Print',
};
