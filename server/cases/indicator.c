#include "cases/indicator.h"
#include <stdbool.h>
#include <string.h>

#define P(name)      "(SELECT " #name " FROM p)"
#define IN(column)   column " >= " P(from_us) " AND " column " < " P(until_us)
#define ORDERS       "JOIN case_order o ON o.case_id = case_file.id"
#define CALLS        "JOIN case_call c ON c.case_id = case_file.id AND c.kind = 'back'"
#define CALL_BACKS   "JOIN case_timer t ON t.case_id = case_file.id AND t.timer = 'callback'"
#define SETTLED      "case_file.closed_us > 0 AND case_file.satisfaction IS NOT NULL"
#define EACH         "1 = 1"
#define CONTENT(col) col " IN ('satisfied', 'fairly_satisfied')"

static const struct indicator all[] = {
    {"taken", "接单率", "Taken in time", "按时接单的任务 / 本期派出、未撤回的任务（一案可有几个）",
     "orders taken in time / orders sent in the period and not withdrawn (a case may have several)",
     ORDERS, IN("o.sent_us"), "o.state <> 'WITHDRAWN'", "o.in_time = 1", NULL, NULL, NULL},
    {"response", "响应时长", "Response time", "本期派出、未撤回的任务中已接单的；时长从派单到接单",
     "orders taken / orders sent in the period and not withdrawn; the time is from sending to "
     "taking",
     ORDERS, IN("o.sent_us"), "o.state <> 'WITHDRAWN'", "o.taken_us > 0", NULL, NULL,
     "o.taken_us - o.sent_us"},
    {"settled", "化解率", "Disputes settled", "本期到期且已办结的纠纷 / 本期到期的纠纷",
     "disputes due in the period and settled / due in the period", "", IN("case_file.finish_us"),
     "case_file.ledger = 'dispute'", SETTLED, NULL, NULL, NULL},
    {"closed", "办结率", "Closed", "本期受理且期末前办结 / 本期受理",
     "accepted in the period and closed by its end / accepted in the period", "",
     IN("case_file.accepted_us"), EACH, SETTLED " AND case_file.closed_us < " P(until_us), NULL,
     NULL, NULL},
    {"on_time", "按期办结率", "Closed before due", "到期前办结 / 本期到期",
     "closed before due / due in the period", "", IN("case_file.finish_us"), EACH,
     SETTLED " AND case_file.closed_us <= case_file.finish_us", NULL, NULL, NULL},
    {"mediated", "调解成功率", "Mediation agreed",
     "达成协议 /（达成 + 未达成），拒绝调解另列；按受理时间",
     "agreed / (agreed + failed), refused apart; of those accepted in the period", "",
     IN("case_file.accepted_us"), "case_file.mediation IN ('agreed', 'failed')",
     "case_file.mediation = 'agreed'", "case_file.mediation = 'refused'", "refused", NULL},
    {"satisfied", "满意度", "Satisfied", "（满意 + 基本满意）/ 本期回访联系上的",
     "(satisfied + fairly satisfied) / reached in the period", CALLS, IN("c.time_us"),
     "c.reached = 1 AND c.result <> 'unreached'", CONTENT("c.result"), NULL, NULL, NULL},
    {"reached", "有效回访率", "Call backs reached", "联系上 / 本期应回访",
     "reached / due in the period", CALL_BACKS, IN("t.due_us"), EACH,
     "EXISTS (SELECT 1 FROM case_call r WHERE r.case_id = case_file.id AND r.kind = 'back'"
     " AND r.result <> 'unreached')",
     NULL, NULL, NULL},
    {"reopened", "重启率", "Reopened", "曾重启的 / 本期受理且办结或重启过的",
     "reopened / accepted in the period and closed or reopened once", "",
     IN("case_file.accepted_us"), "(case_file.closed_us > 0 OR case_file.reopened > 0)",
     "case_file.reopened > 0", NULL, NULL, NULL},
    {"returned", "退单率", "Given back", "退回的任务 / 本期派出的任务，含撤回的（一案可有几个）",
     "orders given back / orders sent in the period, withdrawn ones too (a case may have several)",
     ORDERS, IN("o.sent_us"), EACH, "o.returned_us > 0", NULL, NULL, NULL},
    {"first_right", "首次派准率", "Right at first", "未被退单的 / 本期派出的案件",
     "cases never given back / cases dispatched in the period", "", IN("case_file.dispatched_us"),
     EACH, "case_file.returned = 0", NULL, NULL, NULL},
    {"replied", "回复率", "Replied", "已反馈的 / 本期派出的案件",
     "with feedback / cases dispatched in the period", "", IN("case_file.dispatched_us"), EACH,
     "(case_file.done_us > 0 OR case_file.closed_us > 0)", NULL, NULL, NULL},
    {"solved", "解决率", "Solved", "回访满意或基本满意的 / 本期办结的",
     "satisfied or fairly satisfied / closed in the period", "", IN("case_file.closed_us"),
     "case_file.satisfaction IS NOT NULL", CONTENT("case_file.satisfaction"), NULL, NULL, NULL},
    {"stock", "矛盾纠纷存量", "Open disputes", "期末未办结的纠纷 / 期末前受理的纠纷",
     "disputes open at the end / disputes accepted before the end", "",
     "case_file.accepted_us < " P(until_us) " AND case_file.ledger = 'dispute'", EACH,
     "(case_file.closed_us = 0 OR case_file.closed_us >= " P(until_us) ")", NULL, NULL, NULL},
    {0},
};

const struct indicator *indicators(void)
{
    return all;
}

/* --- times */

struct rank {
    gint64 minutes, count;
};
struct indicator_spans {
    GArray *ranks; /* struct rank, in no order */
};

struct indicator_spans *indicator_spans_new(void)
{
    struct indicator_spans *spans = g_new(struct indicator_spans, 1);
    spans->ranks = g_array_new(FALSE, FALSE, sizeof(struct rank));
    return spans;
}

void indicator_spans_free(struct indicator_spans *spans)
{
    if (!spans)
        return;
    g_array_unref(spans->ranks);
    g_free(spans);
}

void indicator_spans_add(struct indicator_spans *spans, gint64 minutes, gint64 count)
{
    const struct rank rank = {MAX(minutes, 0), count};
    if (count > 0)
        g_array_append_val(spans->ranks, rank);
}

static gint compare(gconstpointer a, gconstpointer b)
{
    gint64 x = ((const struct rank *)a)->minutes, y = ((const struct rank *)b)->minutes;
    return (x > y) - (x < y);
}

gint64 indicator_spans_at(const struct indicator_spans *spans, guint percent)
{
    gint64 count = 0, sum = 0;
    g_array_sort(spans->ranks, compare);
    for (guint i = 0; i < spans->ranks->len; i++)
        count += g_array_index(spans->ranks, struct rank, i).count;
    if (count < INDICATOR_LEAST)
        return -1;
    for (guint i = 0; i < spans->ranks->len; i++) {
        const struct rank *rank = &g_array_index(spans->ranks, struct rank, i);
        sum += rank->count;
        if (sum * 100 >= count * percent)
            return rank->minutes;
    }
    return -1;
}

/* --- shares */

char *indicator_percent(gint64 numerator, gint64 denominator)
{
    if (denominator < INDICATOR_LEAST)
        return NULL;
    gint64 hundredths = (numerator * 20000 + denominator) / (2 * denominator);
    return g_strdup_printf("%" G_GINT64_FORMAT ".%02d", hundredths / 100, (int)(hundredths % 100));
}

json_t *indicator_json(const struct indicator *indicator, gint64 numerator, gint64 denominator,
                       gint64 apart, const struct indicator_spans *spans)
{
    g_autofree char *percent = indicator_percent(numerator, denominator);
    json_t *value = json_pack(
        "{s:s,s:s,s:s,s:I,s:I,s:s?,s:{s:s,s:s}}", "id", indicator->id, "zh", indicator->zh, "en",
        indicator->en, "numerator", (json_int_t)numerator, "denominator", (json_int_t)denominator,
        "percent", percent, "rule", "zh", indicator->rule_zh, "en", indicator->rule_en);
    if (indicator->apart)
        json_object_set_new(value, "apart",
                            json_pack("{s:I}", indicator->apart_name, (json_int_t)apart));
    if (!spans)
        return value;
    gint64 half = indicator_spans_at(spans, 50), most = indicator_spans_at(spans, 90);
    json_object_set_new(value, "times",
                        half < 0 ? json_null()
                                 : json_pack("{s:I,s:I}", "p50_min", (json_int_t)half, "p90_min",
                                             (json_int_t)most));
    return value;
}
