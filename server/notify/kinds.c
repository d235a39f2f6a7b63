#include "notify/kinds.h"
#include <stdbool.h>
#include <string.h>

static const struct notify_kind kinds[] = {
    {"order", "交办", "Order"},
    {"withdrawn", "交办撤回", "Order withdrawn"},
    {"open", "新案待分流", "New case"},
    {"returned", "退单", "Given back"},
    {"ruling", "退单待裁定", "To be ruled on"},
    {"feedback", "反馈待审核", "Feedback to review"},
    {"back", "反馈退回重办", "Sent back"},
    {"verify", "待回访验单", "To be verified"},
    {"reopened", "重启", "Reopened"},
    {"closed", "办结", "Closed"},
    {"ended", "终止办理", "Ended"},
    {"ask", "申请待审批", "Asked for"},
    {"ruled", "申请已审批", "Ruled on"},
    {"resumed", "恢复办理", "Resumed"},
    {"merged", "已并案", "Merged"},
    {"urge", "催办", "Urged"},
    {"card", "督办", "Supervised"},
    {"instruction", "批示", "Instruction"},
    {"resolution", "议定事项", "Resolution"},
    {"meeting", "会议通知", "Meeting"},
    {"joint", "会商", "Joint meeting"},
    {"mediation", "转入调解", "Mediation"},
    {"escalated", "调解升级", "Escalated"},
    {"overdue", "超期", "Overdue"},
    {"reminder", "期限提醒", "Reminder"},
    {"undelivered", "交办未送达", "Not delivered"},
    {"invite", "网上调解（会商）邀请，点开即可参加", "Invitation"},
    {"meeting_soon", "网上调解（会商）即将开始，请用原来的链接参加", "Meeting soon"},
    {"court_soon", "调解协议可申请司法确认，期限将至", "Judicial confirmation"},
    {"perform_soon", "调解协议约定的履行期限将至", "Performance"},
    {NULL, NULL, NULL},
};

static const struct rule {
    const char *act, *outcome; /* outcome NULL: any */
    const char *kind;
    guint groups;
} rules[] = {
    {"open", NULL, "open", TO_OPERATORS},
    {"return", "co", "returned", TO_OPERATORS | TO_SENDER},
    {"return", "first", "returned", TO_OPERATORS | TO_SENDER},
    {"return", "again", "ruling", TO_SUPERVISORS},
    {"feedback", "all", "feedback", TO_OPERATORS},
    {"review", "back", "back", TO_WORKING},
    {"verify", "dissatisfied", "reopened", TO_OPERATORS | TO_WORKING | TO_FIRST},
    {"verify", "content", "closed", TO_FIRST},
    {"verify", "unverified", "closed", TO_FIRST},
    {"reopen", NULL, "reopened", TO_OPERATORS | TO_WORKING | TO_FIRST},
    {"refuse", NULL, "ended", TO_FIRST},
    {"transfer", NULL, "ended", TO_FIRST},
    {"terminate", NULL, "ended", TO_FIRST | TO_WORKING},
    {"ask_pause", NULL, "ask", TO_SUPERVISORS},
    {"ask_extension", NULL, "ask", TO_SUPERVISORS},
    {"grant", NULL, "ruled", TO_ASKER},
    {"deny", NULL, "ruled", TO_ASKER},
    {"resume", NULL, "resumed", TO_WORKING | TO_SUPERVISORS},
    {"merge", NULL, "merged", TO_WORKING},
    {"unmerge", NULL, "resumed", TO_WORKING},
    {"urge", NULL, "urge", TO_WORKING},
    {"card", NULL, "card", TO_DEPARTMENT},
    {"instruct", NULL, "instruction", TO_DEPARTMENT | TO_OPERATORS},
    {"resolve", NULL, "resolution", TO_DEPARTMENT},
    {"meet", NULL, "meeting", TO_WORKING},
    {"joint", NULL, "joint", TO_WORKING},
    {"mediate", NULL, "mediation", TO_MEDIATORS},
    {"escalate", NULL, "escalated", TO_SUPERVISORS | TO_MEDIATORS},
    {"escalated", NULL, "escalated", TO_SUPERVISORS | TO_MEDIATORS | TO_OPERATORS},
    {"overdue", NULL, "overdue", TO_DEPARTMENT | TO_SUPERVISORS},
    {"reminder", NULL, "reminder", TO_WORKING | TO_MEDIATORS},
    {"undelivered", NULL, "undelivered", TO_SUPERVISORS | TO_LEADERS},
};

const struct notify_kind *notify_kinds(void)
{
    return kinds;
}

const struct notify_kind *notify_kind(const char *kind)
{
    for (gsize i = 0; kind && kinds[i].kind; i++) {
        if (strcmp(kinds[i].kind, kind) == 0)
            return &kinds[i];
    }
    return NULL;
}

guint notify_tell(const struct notify_seen *seen, struct notify_told *told, guint most)
{
    guint count = 0;
    for (gsize i = 0; count < most && i < G_N_ELEMENTS(rules); i++) {
        if (g_strcmp0(rules[i].act, seen->act) == 0 &&
            (!rules[i].outcome || g_strcmp0(rules[i].outcome, seen->outcome) == 0))
            told[count++] = (struct notify_told){rules[i].kind, rules[i].groups};
    }
    bool verify = g_strcmp0(seen->state, "VERIFY") == 0 && g_strcmp0(seen->from, "VERIFY") != 0;
    if (count < most && verify && seen->from)
        told[count++] = (struct notify_told){"verify", TO_VERIFIERS};
    return count;
}
