#include "cases/case_words.h"
#include <string.h>

static const struct case_word categories[] = {
    {"livelihood", "社会民生", "Livelihood"},   {"agriculture", "农业产业", "Farming and trade"},
    {"safe_town", "平安建设", "Public safety"}, {"ecology", "生态环境", "Environment"},
    {"work_safety", "安全生产", "Work safety"}, {0},
};
static const struct case_word grades[] = {
    {"urgent", "急难事马上办", "Urgent: at once"},
    {"distress", "揪心事攻坚办", "Distressing: with all force"},
    {"annoyance", "烦心事协商办", "Annoying: by agreement"},
    {"concern", "操心事抓紧办", "Of concern: soon"},
    {"wish", "期盼事全力办", "Hoped for: as well as possible"},
    {0},
};
static const struct case_word disputes[] = {
    {"marriage_family", "婚恋家庭", "Marriage and family"},
    {"neighbour", "邻里", "Neighbours"},
    {"personality", "人格权", "Personality rights"},
    {"property", "物权", "Property rights"},
    {"tort", "侵权", "Tort"},
    {"contract", "合同", "Contract"},
    {"labour", "劳动人事", "Labour"},
    {"finance", "金融借贷", "Loans"},
    {"land", "土地及资源权属", "Land and resources"},
    {"other_civil", "其他民商事", "Other civil"},
    {"construction", "城乡建设", "Building"},
    {"civil_affairs", "涉民政", "Civil affairs"},
    {"enforcement", "其他行政执法", "Other enforcement"},
    {"litigation", "涉法涉诉", "Before a court"},
    {"discipline", "涉组织纪检", "Organisation and discipline"},
    {"ethnic_religious", "涉民族宗教", "Ethnic and religious"},
    {"other", "其他", "Other"},
    {0},
};
static const struct case_word scales[] = {
    {"individual", "个体性", "Individual"},
    {"group", "一般群体性", "Group"},
    {"major_group", "重大群体性", "Major group"},
    {0},
};
static const struct case_word colours[] = {
    {"red", "红色", "Red"}, {"yellow", "黄色", "Yellow"}, {"green", "绿色", "Green"}, {0}};
static const struct case_word channels[] = {
    {"hotline", "热线", "Hotline"},       {"12345", "12345 转办", "12345"},
    {"visit", "来访", "Walk-in visit"},   {"grid", "网格上报", "Grid worker"},
    {"deputy", "人大代表", "Deputy"},     {"petition", "信访", "Petition office"},
    {"police", "公安", "Police"},         {"court", "法院", "Court"},
    {"sensor", "感知设备", "Sensor"},     {"camera", "视频巡查", "Camera patrol"},
    {"citizen", "群众上报", "Citizen"},   {"mailbox", "信箱", "Mailbox"},
    {"superior", "上级交办", "Superior"}, {"department", "部门转办", "Department"},
    {"alert", "警情", "Alert"},           {0},
};
static const struct case_word ledgers[] = {
    {"request", "诉求台账", "Requests"}, {"dispute", "矛盾纠纷台账", "Disputes"}, {0}};
static const struct case_word pauses[] = {
    {"appraisal", "等待鉴定、检测或取证", "Waiting for an expert's finding"},
    {"party_away", "当事人暂时无法参加", "A party cannot take part for now"},
    {"superior", "等待上级或司法结论", "Waiting for a decision above"},
    {"force_majeure", "不可抗力", "Force majeure"},
    {0},
};
static const struct case_word extensions[] = {
    {"complex", "情况复杂", "It is complex"},
    {"several", "需多部门协调", "Several departments are needed"},
    {"season", "受季节、天气限制", "Season or weather"},
    {"money", "需申请资金", "Money has to be applied for"},
    {0},
};
static const struct case_word results[] = {
    {"satisfied", "满意", "Satisfied"},
    {"fairly_satisfied", "基本满意", "Fairly satisfied"},
    {"dissatisfied", "不满意", "Dissatisfied"},
    {"unreached", "未联系上", "Not reached"},
    {"unverified", "未核实", "Unverified"},
    {0},
};
static const struct case_word attempts[] = {{"agreed", "达成协议", "Agreed"},
                                            {"failed", "未达成", "Failed"},
                                            {"refused", "当事人明确拒绝", "Refused by a party"},
                                            {0}};
static const struct case_word courts[] = {
    {"applied", "已申请司法确认", "Applied for"}, {"waived", "当事人不申请", "Waived"}, {0}};
static const struct case_word cards[] = {{"yellow", "黄牌", "Yellow card"},
                                         {"red", "红牌", "Red card"},
                                         {"black", "黑牌", "Black card"},
                                         {0}};
static const struct case_word meetings[] = {{"joint", "会商", "Joint meeting"},
                                            {"weekend", "周末说事", "Weekend talk"},
                                            {"hearing", "听证", "Hearing"},
                                            {0}};
static const struct case_word links[] = {{"case", "案件", "Case"},
                                         {"alert", "警情", "Alert"},
                                         {"situation", "警情组", "Situation"},
                                         {"camera", "摄像头", "Camera"},
                                         {0}};

static const struct {
    const char *name;
    const struct case_word *words;
} lists[WORDS_COUNT] = {
    [WORDS_CATEGORY] = {"categories", categories},
    [WORDS_GRADE] = {"grades", grades},
    [WORDS_DISPUTE] = {"disputes", disputes},
    [WORDS_SCALE] = {"scales", scales},
    [WORDS_COLOUR] = {"colours", colours},
    [WORDS_CHANNEL] = {"channels", channels},
    [WORDS_LEDGER] = {"ledgers", ledgers},
    [WORDS_PAUSE] = {"pauses", pauses},
    [WORDS_EXTENSION] = {"extensions", extensions},
    [WORDS_RESULT] = {"results", results},
    [WORDS_ATTEMPT] = {"attempts", attempts},
    [WORDS_COURT] = {"courts", courts},
    [WORDS_CARD] = {"cards", cards},
    [WORDS_MEETING] = {"meetings", meetings},
    [WORDS_LINK] = {"links", links},
};

const struct case_word *case_words(enum case_list list)
{
    return lists[list].words;
}

const struct case_word *case_word(enum case_list list, const char *code)
{
    for (const struct case_word *word = lists[list].words; code && word->code; word++) {
        if (strcmp(word->code, code) == 0)
            return word;
    }
    return NULL;
}

json_t *case_words_json(void)
{
    json_t *all = json_object();
    for (int i = 0; i < WORDS_COUNT; i++) {
        json_t *list = json_array();
        for (const struct case_word *word = lists[i].words; word->code; word++)
            json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "code", word->code, "zh",
                                                  word->zh, "en", word->en));
        json_object_set_new(all, lists[i].name, list);
    }
    return all;
}
