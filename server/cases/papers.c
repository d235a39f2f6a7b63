#include "cases/papers.h"
#include "cases/case_words.h"
#include "identity/qr.h"
#include <string.h>

/* --- what every paper has */

/* First text of a query with one `?`, g_free(); NULL: none, or + error. */
static char *look_up(struct store_tx *tx, const char *sql, const char *key, GError **error)
{
    GError *bad = NULL;
    char *text = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "s", key);
    if (rows && store_rows_next(rows, &bad))
        text = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    return text;
}

static const char *word(enum case_list list, const char *code)
{
    const struct case_word *known = code ? case_word(list, code) : NULL;
    return known ? known->zh : code;
}

static void add_time(struct paper *paper, const char *label, gint64 time_us)
{
    g_autofree char *text = papers_time(time_us);
    paper_add_field(paper, label, text, true);
}

static char *place_of(struct store_tx *tx, const struct case_row *row, GError **error)
{
    g_autofree char *area =
        row->area ? look_up(tx, "SELECT name FROM area WHERE code = ?", row->area, error) : NULL;
    return g_strdup_printf("%s%s%s", area ? area : "", area && row->address ? " " : "",
                           row->address ? row->address : "");
}

static void add_reporter(struct papers_job *job)
{
    const struct person_known *known = job->reporter;
    bool anonymous = !job->row.reporter;
    const char *name = known && !known->erased ? known->name : NULL;
    paper_add_field(job->paper, "反映人", name ? name : anonymous ? "未留姓名" : "不予显示", true);
    paper_add_field(job->paper, "联系电话", known ? known->phone : NULL, true);
}

static void add_kind(struct papers_job *job)
{
    const struct case_row *row = &job->row;
    const char *dispute = word(WORDS_DISPUTE, row->dispute);
    g_autofree char *category =
        g_strdup_printf("%s%s%s", row->category ? word(WORDS_CATEGORY, row->category) : "待研判",
                        dispute ? "·" : "", dispute ? dispute : "");
    paper_add_field(job->paper, "事项类别", category, true);
    paper_add_field(job->paper, "办理等级", word(WORDS_GRADE, row->grade), true);
}

static bool add_text(struct store_tx *tx, struct papers_job *job, GError **error)
{
    GError *bad = NULL;
    g_autofree char *place = place_of(tx, &job->row, &bad);
    const char *body = job->row.body;
    g_autofree char *text =
        g_strdup_printf("%s%s%s", job->row.title, body && *body ? "\n" : "", body ? body : "");
    paper_add_field(job->paper, "地点", place, false);
    paper_add_field(job->paper, "内容", text, false);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* --- 受理告知书 */

static void add_receipt_notes(struct papers_job *job)
{
    const struct case_row *row = &job->row;
    struct paper *paper = job->paper;
    g_autofree char *first =
        g_strdup_printf("您反映的事项已登记，一案一码。首问负责人%s%s全程跟进，直至归档。",
                        row->first_name ? "为" : "", row->first_name ? row->first_name : "");
    paper_add_note(paper, first);
    paper_add_note(paper,
                   "我们在受理后1小时内送达责任部门；部门反馈后3个工作日内回访，听取您的评价。"
                   "未能联系到您的，不计为满意。");
    paper_add_note(paper, "您对办理结果不满意的，可在回访时提出，案件将重启办理并记录在案。");
    if (g_strcmp0(row->channel, "petition") == 0)
        paper_add_note(
            paper,
            "属信访事项的，15日内转送有权处理的机关、单位，60日内办结；情况复杂的，经批准可延长，"
            "延长期限不超过30日。对处理意见不服的，可自收到书面答复之日起30日内请求复查；"
            "对复查意见不服的，可在30日内请求复核。");
    if (g_strcmp0(row->ledger, "dispute") == 0)
        paper_add_note(paper,
                       "人民调解不收取费用，以自愿为原则，您可以随时拒绝或终止调解，依法向人民法院"
                       "起诉不受影响。"
                       "达成调解协议的，双方可自协议生效之日起30日内共同向人民法院申请司法确认。");
    if (row->about)
        paper_add_note(paper, "您投诉的部门不经办本案，您的姓名不会告知被投诉的部门。");
    paper_add_note(
        paper,
        "您的个人信息仅用于办理本事项，依法加密保存；您有权查询、更正，并在法定情形下要求删除。");
    paper_add_note(paper, "案件编号不能用来查询案情。请妥善保管本告知书。");
}

static bool fill_receipt(struct store_tx *tx, struct papers_job *job, GError **error)
{
    const struct case_row *row = &job->row;
    GError *bad = NULL;
    g_autofree char *lead =
        row->lead ? look_up(tx, "SELECT name FROM department WHERE id = ?", row->lead, &bad) : NULL;
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    add_time(job->paper, "受理时间", row->accepted_us);
    paper_add_field(job->paper, "受理渠道", word(WORDS_CHANNEL, row->channel), true);
    add_reporter(job);
    add_kind(job);
    if (!add_text(tx, job, error))
        return false;
    paper_add_field(job->paper, "主办部门", lead ? lead : "研判后确定", true);
    paper_add_field(job->paper, "首问负责人", row->first_name, true);
    g_autofree char *limit = row->finish_us ? papers_time(row->finish_us) : NULL;
    paper_add_field(job->paper, "办理期限", limit ? limit : "交办后确定并另行告知", false);
    add_receipt_notes(job);
    job->paper->heading = g_strdup("您的权利");
    paper_add_sign(job->paper, "经办人");
    paper_add_sign(job->paper, "签收人");
    return true;
}

/* --- 交办单 */

static bool none(GError **error, const char *what)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such %s", what);
    return false;
}

/* The limits of an order: its timers by name. */
static bool add_limits(struct store_tx *tx, struct papers_job *job, const char *order,
                       gint64 due_us, GError **error)
{
    static const struct {
        const char *timer, *label;
    } limits[] = {{"take", "接单时限"}, {"give_back", "退单时限"}, {"work", "办结时限"}};
    GError *bad = NULL;
    gint64 due[G_N_ELEMENTS(limits)] = {0};
    store_rows_auto rows = store_query(
        tx, error, "SELECT timer, due_us FROM case_timer WHERE order_id = ? ORDER BY start_us, id",
        "s", order);
    while (rows && store_rows_next(rows, &bad)) {
        for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
            if (g_strcmp0(store_text(rows, 0), limits[i].timer) == 0)
                due[i] = store_int(rows, 1);
        }
    }
    if (bad)
        g_propagate_error(error, bad);
    for (gsize i = 0; i < G_N_ELEMENTS(limits); i++) {
        bool work = i == G_N_ELEMENTS(limits) - 1;
        g_autofree char *text = papers_limit(work && due_us ? due_us : due[i]);
        paper_add_field(job->paper, limits[i].label, text, !work);
    }
    return rows && !bad;
}

static void add_order_notes(struct paper *paper)
{
    paper_add_note(
        paper, "请在接单时限前登录系统接单。不属于本部门职责的，在退单时限前退单并书面说明理由；"
               "第二次退单由督办员裁定承办部门。");
    paper_add_note(paper, "确需延长期限或暂停办理的，应在期限届满前申请，经督办员批准后生效。");
    paper_add_note(
        paper,
        "办结应提交办理结果和佐证材料；由未经办此案的人员回访核验，反映人不满意的重启办理。");
    paper_add_note(
        paper,
        "反映人信息只用于办理本案，不得向无关人员透露；投诉类事项不得交由被投诉的部门办理。");
    paper_add_note(paper, "逾期未接单、未办结的，依规定催办、督办。");
}

static bool fill_order(struct store_tx *tx, struct papers_job *job, GError **error)
{
    GError *bad = NULL;
    struct paper *paper = job->paper;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT o.id, COALESCE((SELECT name FROM department WHERE department.id = o.department),"
        " o.department), o.lead, o.item, o.standard, o.due_us, o.sent_us FROM case_order o"
        " WHERE o.case_id = ? AND (? = '' OR o.id = ?) ORDER BY o.sent_us DESC, o.lead DESC, o.id"
        " LIMIT 1",
        "sss", job->row.id, job->object ? job->object : "", job->object ? job->object : "");
    if (!rows || !store_rows_next(rows, &bad)) {
        if (bad)
            g_propagate_error(error, bad);
        return rows && !bad ? none(error, "order") : false;
    }
    g_autofree char *order = store_text_dup(rows, 0);
    g_autofree char *department =
        g_strdup_printf("%s（%s）", store_text(rows, 1), store_int(rows, 2) ? "主办" : "协办");
    gint64 due_us = store_int(rows, 5);
    paper_add_field(paper, "承办部门", department, true);
    add_time(paper, "交办时间", store_int(rows, 6));
    add_kind(job);
    paper_add_field(paper, "交办事项", store_text(rows, 3), false);
    if (*store_text(rows, 4))
        paper_add_field(paper, "办理标准", store_text(rows, 4), false);
    g_clear_pointer(&rows, store_rows_end);
    if (!add_limits(tx, job, order, due_us, error))
        return false;
    add_reporter(job);
    if (!add_text(tx, job, error))
        return false;
    paper->heading = g_strdup("办理要求");
    add_order_notes(paper);
    paper_add_sign(paper, "交办人");
    paper_add_sign(paper, "接收人");
    paper_add_sign(paper, "接收时间");
    return true;
}

/* --- 督办单 */

static const struct {
    const char *colour, *mark, *accent;
} cards[] = {
    {"yellow", "黄 牌", "#b07d00"}, {"red", "红 牌", "#c00000"}, {"black", "黑 牌", "#202020"}};

static void add_card_notes(struct paper *paper)
{
    paper_add_note(paper, "请立即核实办理情况，说明原因和办结时间，并在系统中反馈。");
    paper_add_note(paper, "延期须在期限届满前申请，经批准后生效；仍未办结的，升级督办。");
    paper_add_note(paper, "督办情况记入案卷，不得删改。");
}

static bool fill_card(struct store_tx *tx, struct papers_job *job, GError **error)
{
    GError *bad = NULL;
    struct paper *paper = job->paper;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT c.colour, COALESCE((SELECT name FROM department WHERE department.id ="
        " c.department), c.department), c.time_us, c.name, c.note FROM case_card c"
        " WHERE c.case_id = ? AND (? = '' OR c.id = ?) ORDER BY c.time_us DESC, c.id DESC LIMIT 1",
        "sss", job->row.id, job->object ? job->object : "", job->object ? job->object : "");
    if (!rows || !store_rows_next(rows, &bad)) {
        if (bad)
            g_propagate_error(error, bad);
        return rows && !bad ? none(error, "card") : false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(cards); i++) {
        if (g_strcmp0(store_text(rows, 0), cards[i].colour) == 0) {
            paper->mark = g_strdup(cards[i].mark);
            paper->accent = g_strdup(cards[i].accent);
        }
    }
    paper_add_field(paper, "督办对象", store_text(rows, 1), true);
    add_time(paper, "督办时间", store_int(rows, 2));
    paper_add_field(paper, "督办人", store_text(rows, 3), true);
    g_autofree char *counts =
        g_strdup_printf("超期%d次，催办%d次", (int)job->row.overdue, (int)job->row.urged);
    paper_add_field(paper, "本案情况", counts, true);
    paper_add_field(paper, "督办事由", store_text(rows, 4), false);
    g_clear_pointer(&rows, store_rows_end);
    add_kind(job);
    g_autofree char *limit = papers_time(job->row.finish_us);
    paper_add_field(paper, "办结时限", limit, false);
    if (!add_text(tx, job, error))
        return false;
    paper->heading = g_strdup("督办要求");
    add_card_notes(paper);
    paper_add_sign(paper, "督办人");
    paper_add_sign(paper, "签收人");
    return true;
}

/* --- the whole */

static const struct papers_kind kinds[] = {{"receipt", "受理告知书", fill_receipt},
                                           {"order", "交 办 单", fill_order},
                                           {"card", "督 办 单", fill_card}};

const struct papers_kind *papers_kind(const char *id)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_strcmp0(kinds[i].id, id) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* A card is about a department, never about who reported it: that one shows no person. */
static bool read_reporter(struct store_tx *tx, struct papers_job *job, GError **error)
{
    GError *bad = NULL;
    if (!job->row.reporter || !job->knows || strcmp(job->kind->id, "card") == 0)
        return true;
    job->reporter = job->reason
                        ? person_reveal(tx, job->vault, job->who->actor, job->row.reporter,
                                        job->reason, job->now_us, &bad)
                        : person_read(tx, job->vault, job->row.reporter, PERSON_MASKED, &bad);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static bool begin(struct store_tx *tx, struct papers_job *job, GError **error)
{
    GError *bad = NULL;
    struct paper *paper = job->paper = paper_new();
    g_autofree char *town =
        look_up(tx, "SELECT name FROM area WHERE kind = ? ORDER BY code LIMIT 1", "town", &bad);
    g_autofree char *now = papers_time(job->now_us);
    paper->unit = g_strdup_printf("%s综治指挥中心", town ? town : "");
    paper->title = g_strdup(job->kind->title);
    paper->number = g_strdup_printf("编号：%s", job->row.code);
    paper->seal = g_strdup(paper->unit);
    paper->date = papers_day(job->now_us);
    paper->foot =
        g_strdup_printf("%s　%s 打印%s", job->row.code, now, job->row.exercise ? "　（演练）" : "");
    paper->qr = qr_rows(job->row.code);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* As it is in this transaction: it may have been given to others since it was asked. */
static bool may_still(struct papers_job *job, GError **error)
{
    struct case_seen seen = case_seen_of(&job->row);
    guint32 roles = case_who_roles(job->who, &seen);
    job->knows = job->knows && case_may_know_reporter(job->row.about, job->who, roles);
    if (!case_who_sees(job->who, &seen))
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
    else if (job->area && g_strcmp0(job->area, job->row.area) != 0)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_CONFLICT, "the case was moved");
    else if (job->reason && !job->knows)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED,
                            "you may not know who reported this case");
    else
        return true;
    return false;
}

bool papers_gather(struct store_tx *tx, struct papers_job *job, GError **error)
{
    if (!case_row_load(tx, job->id, &job->row, error) || !may_still(job, error) ||
        !begin(tx, job, error) || !read_reporter(tx, job, error) ||
        !job->kind->fill(tx, job, error))
        return false;
    json_t *details = json_pack("{s:s,s:s,s:s*,s:b,s:s*}", "paper", job->kind->id, "code",
                                job->row.code, "object", job->object, "reveals",
                                (int)(job->reason && job->reporter), "reason", job->reason);
    bool fine =
        identity_audit(tx, job->who->actor, "case.print", job->row.id, details, job->now_us, error);
    json_decref(details);
    return fine;
}
