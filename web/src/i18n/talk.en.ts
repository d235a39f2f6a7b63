/** What is said in a talk where `meet.*` speaks of mediation. */
export const talkEn = {
  product: 'Talk', mutedYou: 'The chair muted you', noHost: 'The chair is not in this room', tile: { mutedByHost: 'muted by the chair' }, consent: { free: 'You can take part without agreeing' },
  room: { joint: 'Meeting room' }, rooms: { how: 'Everybody is in the meeting room; who waits in the lobby sees and hears nothing' },
  role: { mediator: 'Chair', co_mediator: 'Co-chair', party: 'Participant', representative: 'Delegate' },
  why: { identity: 'The chair checks the identity', state: 'The chair has to start' },
  lobby: { planned: 'The talk starts {time}. You may close this page and open the link then on the same phone', host: 'All is ready, the chair will let you in', told: 'The chair knows that you are ready' },
  check: { guest: 'The chair checks who you are · nobody else sees or hears it · not recorded' },
  new: { colleagues: 'Colleagues' },
  end: { closed: { how: 'There is a new link, or the login ended; ask the chair' }, removed: { title: 'The chair asked you to leave', how: 'Call the chair if you have questions' }, cancelled: { how: 'Call the chair if you have questions' } },
};
