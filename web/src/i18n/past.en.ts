export const pastEn = {
  about: 'What it was', planned: 'Planned', ended: 'Ended', length: 'Length', sittings: '{n} sitting | {n} sittings', never: 'It never began', case: 'Case', people: 'Who took part', came: 'came', always: 'came each time', cameIn: 'came to sitting {list}', absent: 'did not come',
  outcome: { agreed: 'Agreement in force', failed: 'No agreement reached', refused: 'A side refused', none: 'No agreement', talk: 'Talk', cancelled: 'Cancelled' },
  todo: 'Still to be done', overdue: 'overdue', due: { court: { open: 'Judicial confirmation until {time}' }, performance: { open: 'Performance due {time}', partly: 'Performed in part only', not: 'Not performed' }, case: { waiting: 'The case does not know the result yet' } },
  elsewhere: 'Agreement and minutes are open on another page of yours', noTexts: 'Agreement and minutes cannot be seen now',
  letters: 'Messages sent', noLetters: 'None was sent', letter: { invite: 'Link', meeting_soon: 'Reminder of the meeting', court_soon: 'Reminder: judicial confirmation', perform_soon: 'Reminder: performance', other: 'Message' },
  work: 'After mediation', workNone: 'Nothing to be done',
};
