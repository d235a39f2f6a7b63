/* The acts and their outcomes. */
#include "cases/workflow.h"
#include <string.h>

static const char *const of_feedback[] = {"part", "all", NULL};
static const char *const of_return[] = {"co", "first", "again", NULL};
static const char *const of_review[] = {"pass", "back", NULL};
static const char *const of_attempt[] = {"agreed", "failed", "refused", "last", NULL};
static const char *const of_grant[] = {"pause", "extension", NULL};
static const char *const of_verify[] = {"content", "dissatisfied", "unreached", "unverified", NULL};

static const struct case_act_info infos[CASE_ACT_COUNT] = {
    [CASE_TRIAGE] = {"triage", "登记研判", "Triage", NULL, false, false},
    [CASE_DISPATCH] = {"dispatch", "派单", "Dispatch", NULL, false, false},
    [CASE_TAKE] = {"take", "接单", "Take", NULL, true, false},
    [CASE_RETURN] = {"return", "退单", "Return", of_return, false, false},
    [CASE_FEEDBACK] = {"feedback", "反馈", "Feed back", of_feedback, true, false},
    [CASE_REVIEW] = {"review", "审核反馈", "Review", of_review, false, false},
    [CASE_JOINT] = {"joint", "发起会商", "Joint meeting", NULL, false, false},
    [CASE_PLAN] = {"plan", "会商定方案", "Set the plan", NULL, true, false},
    [CASE_MEDIATE] = {"mediate", "转入调解", "Mediate", NULL, false, false},
    [CASE_ATTEMPT] = {"attempt", "调解一次", "Mediation attempt", of_attempt, true, false},
    [CASE_ESCALATE] = {"escalate", "升级调解", "Escalate", NULL, false, false},
    [CASE_ASK_PAUSE] = {"ask_pause", "申请挂起", "Ask for a pause", NULL, false, false},
    [CASE_ASK_EXTENSION] = {"ask_extension", "申请延期", "Ask for more time", NULL, false, false},
    [CASE_GRANT] = {"grant", "批准", "Grant", of_grant, false, false},
    [CASE_DENY] = {"deny", "不批准", "Deny", NULL, false, false},
    [CASE_RESUME] = {"resume", "恢复办理", "Resume", NULL, false, false},
    [CASE_SPOT] = {"spot", "当场办结", "Resolved on the spot", NULL, true, false},
    [CASE_VERIFY] = {"verify", "回访验单", "Call back", of_verify, false, false},
    [CASE_SCORE] = {"score", "考核评价", "Score", NULL, false, false},
    [CASE_ARCHIVE] = {"archive", "归档", "Archive", NULL, false, false},
    [CASE_REFUSE] = {"refuse", "不予受理", "Refuse", NULL, false, false},
    [CASE_TRANSFER] = {"transfer", "移送", "Transfer", NULL, false, false},
    [CASE_TERMINATE] = {"terminate", "终止", "Terminate", NULL, false, false},
    [CASE_REOPEN] = {"reopen", "重启", "Reopen", NULL, false, false},
    [CASE_MERGE] = {"merge", "并案", "Merge", NULL, false, false},
    [CASE_UNMERGE] = {"unmerge", "撤销并案", "Take apart", NULL, false, false},
    [CASE_URGE] = {"urge", "催办", "Urge", NULL, false, true},
    [CASE_CARD] = {"card", "督办", "Supervise", NULL, false, false},
    [CASE_EDIT] = {"edit", "更正", "Correct", NULL, false, false},
    [CASE_COMMENT] = {"comment", "备注", "Comment", NULL, false, true},
    [CASE_CALL] = {"call", "通话记录", "Call", NULL, false, true},
    [CASE_INSTRUCT] = {"instruct", "批示", "Instruct", NULL, false, true},
    [CASE_INSTRUCT_DONE] = {"instruct_done", "批示办结", "Instruction done", NULL, false, true},
    [CASE_LINK] = {"link", "关联", "Link", NULL, false, true},
    [CASE_UNLINK] = {"unlink", "取消关联", "Unlink", NULL, false, true},
    [CASE_MEET] = {"meet", "会议", "Meeting", NULL, false, true},
    [CASE_RESOLVE] = {"resolve", "议定事项", "Resolution", NULL, false, true},
    [CASE_RESOLVE_DONE] = {"resolve_done", "议定事项办结", "Resolution done", NULL, false, true},
    [CASE_COURT] = {"court", "司法确认", "Judicial confirmation", NULL, false, true},
    [CASE_ATTACH] = {"attach", "添加附件", "Attach", NULL, false, true},
    [CASE_DETACH] = {"detach", "撤下附件", "Withdraw a file", NULL, false, true},
};

const struct case_act_info *case_act_info(enum case_act act)
{
    return &infos[act];
}

int case_act_find(const char *name)
{
    for (int i = 0; name && i < CASE_ACT_COUNT; i++) {
        if (strcmp(infos[i].name, name) == 0)
            return i;
    }
    return -1;
}

static const char *const order_states[] = {"SENT", "TAKEN", "DONE", "RETURNED", "WITHDRAWN"};

const char *order_state_name(enum order_state state)
{
    return order_states[state];
}

int order_state_find(const char *name)
{
    for (int i = 0; name && i < (int)G_N_ELEMENTS(order_states); i++) {
        if (strcmp(order_states[i], name) == 0)
            return i;
    }
    return -1;
}
