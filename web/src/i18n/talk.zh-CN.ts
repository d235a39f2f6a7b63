/** What is said in a talk (会商) where `meet.*` speaks of mediation. */
export const talkZh = {
  product: '网上会商', mutedYou: '主持人让你静音', noHost: '主持人不在这个房间', tile: { mutedByHost: '主持人静音' }, consent: { free: '不同意也可以参加会商' },
  room: { joint: '会场' }, rooms: { how: '大家都在会场；等候室里的人看不到、听不到' },
  role: { mediator: '主持人', co_mediator: '协同主持人', party: '参会人', representative: '代表' },
  why: { identity: '等主持人核对身份', state: '等主持人开始' },
  lobby: { planned: '会商 {time} 开始，可以先关掉页面，到时再用同一个手机打开链接', host: '都准备好了，等主持人请您进去', told: '已告诉主持人您准备好了' },
  check: { guest: '主持人与您核对身份 · 别人看不到、听不到 · 未录制' },
  new: { colleagues: '同事' },
  end: { closed: { how: '链接换新或者登录结束了；请问主持人' }, removed: { title: '主持人请您离开了', how: '有问题请打电话给主持人' }, cancelled: { how: '有问题请打电话给主持人' } },
};
