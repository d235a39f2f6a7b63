// Words of notifications, deliveries and papers.
export const notifyZh = {
  title: '通知', unread: '通知，{n} 条未读', isUnread: '未读', none: '没有通知', readAll: '全部标为已读', allow: '允许系统通知', due: '时限 {clock}',
  kind: { order: '交办', withdrawn: '交办撤回', open: '新案待分流', returned: '退单', ruling: '退单待裁定', feedback: '反馈待审核', back: '反馈退回重办', verify: '待回访验单', reopened: '重启', closed: '办结', ended: '终止办理',
    ask: '申请待审批', ruled: '申请已审批', resumed: '恢复办理', merged: '已并案', urge: '催办', card: '督办', instruction: '批示', resolution: '议定事项', meeting: '会议通知', joint: '会商', mediation: '转入调解', escalated: '调解升级', overdue: '超期',
    reminder: '期限提醒', undelivered: '交办未送达', invite: '调解邀请', meeting_soon: '会议提醒', court_soon: '司法确认提醒', perform_soon: '履约提醒', test: '通道测试', other: '其他通知' } as Record<string, string>,
  states: { queued: '待发送', failed: '将重试', given_up: '未送出', sent: '已送出', void: '已作废' } as Record<string, string>,
  state: '状态', every: '全部', when: '时间', channel: '通道', what: '事由', tries: '次数', answer: '应答', next: '{clock} 再试', counts: '已送 {sent} 未送出 {lost}', off: '停用',
  test: '测试', testQueued: '测试消息已排队', retry: '重试', retryQueued: '已重新排队', noChannels: '没有配置通道', noDeliveries: '没有消息',
  papers: '文书', paper: { receipt: '受理告知书', order: '交办单', card: '督办单' } as Record<string, string>, withName: '显示反映人', why: '查看理由', print: '生成',
};
