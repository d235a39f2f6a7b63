/* Fills the store of a stopped townwalld with years of cases: `cases_fill STORE KEY_FILE CASES ACTS
 * PERSONS` (ACTS: of each case). The records are chained by the server's own code, names are sealed
 * by it; the rest is written as acts would have left it. */
#include "cases/case_log.h"
#include "cases/case_search.h"
#include "common/words.h"
#include "identity/persons.h"
#include "identity/vault.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 25000, YEARS = 3, OPEN_PERCENT = 2 };
#define DAY_US  (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define HOUR_US (DAY_US / 24)

static const char *const categories[] = {"livelihood", "neighbourhood", "work_safety",
                                         "environment", "traffic"};
static const char *const grades[] = {"annoyance", "ordinary", "urgent"};
static const char *const departments[] = {"police",  "green",     "justice",
                                          "housing", "emergency", "water"};
static const char *const places[] = {"石桥路", "老街", "新村",   "河滨", "中学",
                                     "卫生院", "菜场", "工业园", "车站", "文化广场",
                                     "北门",   "桥头", "柳塘",   "清溪"};
static const char *const matters[] = {
    "装修噪音扰民",   "邻里纠纷漏水", "路灯不亮",   "井盖破损",       "占道经营",
    "垃圾堆放异味",   "围墙倾斜危险", "拖欠工资",   "土地承包纠纷",   "宅基地边界争议",
    "养狗扰民",       "烧烤油烟",     "停水抢修",   "电动车楼道充电", "树木遮光",
    "河道污水直排",   "家庭矛盾调解", "物业费纠纷", "违章搭建",       "校门口拥堵",
    "广场舞音响太大", "农田灌溉争水", "老人走失",   "消防通道堵塞",   "工地扬尘"};
static const char *const notes[] = {
    "已联系来电人核实情况", "现场查看并拍照取证",       "双方同意下周再谈",   "已责令限期整改",
    "物业答应三日内修复",   "网格员上门走访未遇",       "经劝说已停止施工",   "移交派出所联合处置",
    "调解员组织第一次协商", "来电人表示基本满意",       "需住建部门出具鉴定", "承诺晚八点后不施工",
    "复查未再发现同类问题", "当事人情绪激动请注意方式", "已安排抢修队到场",   "补充租赁合同复印件"};
static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                       "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"};
static const char *const given[] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋",
                                    "勇", "艳", "杰", "娟", "涛", "明", "超", "秀", "霞", "平",
                                    "刚", "桂", "英", "华", "文", "建", "国", "春", "雪", "梅",
                                    "志", "玉", "红", "波", "辉", "宁", "倩", "晨", "浩", "宇"};

struct fill {
    struct store *store;
    struct vault *vault;
    GRand *rand;
    GPtrArray *areas, *people;
    char *user;
    guint cases, acts, persons;
    guint done; /* cases written */
    gint64 now_us;
};

#define PICK(list) (list)[g_rand_int_range(f->rand, 0, G_N_ELEMENTS(list))]

/* As store_id_new() makes them, of another time. */
static char *id_at(struct fill *f, gint64 time_us)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    char id[27] = {0};
    guint64 time_ms = (guint64)(time_us / 1000);
    for (int i = 9; i >= 0; i--, time_ms >>= 5)
        id[i] = digits[time_ms & 31];
    for (int i = 10; i < 26; i++)
        id[i] = digits[g_rand_int(f->rand) & 31];
    return g_strdup(id);
}

static bool read_places(struct store_tx *tx, gpointer job, GError **error)
{
    struct fill *f = job;
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT code FROM area WHERE kind = 'cell' ORDER BY code", "");
    while (rows && store_rows_next(rows, &bad))
        g_ptr_array_add(f->areas, store_text_dup(rows, 0));
    store_rows_auto user =
        store_query(tx, error, "SELECT id FROM user_account WHERE login = 'operator'", "");
    if (user && store_rows_next(user, &bad))
        f->user = store_text_dup(user, 0);
    return f->areas->len && f->user;
}

static bool add_persons(struct store_tx *tx, gpointer job, GError **error)
{
    struct fill *f = job;
    for (guint i = 0; i < BATCH && f->people->len < f->persons; i++) {
        g_autofree char *name = g_strconcat(PICK(surnames), PICK(given), PICK(given), NULL);
        g_autofree char *phone = g_strdup_printf("1%010u", 3000000000U + f->people->len);
        const struct person_fields fields = {.name = name, .phone = phone};
        char *id = NULL;
        if (!person_add(tx, f->vault, &fields, f->areas->pdata[i % f->areas->len], f->now_us, &id,
                        NULL, error))
            return false;
        g_ptr_array_add(f->people, id);
    }
    return true;
}

struct one {
    char *id, *lead;
    const char *person, *area;
    gint64 begun_us, closed_us;
    bool open;
};

/* As the server writes them (case_search.h). */
static bool put_words(struct store_tx *tx, const char *id, GString *words, GError **error)
{
    g_autofree char *piece = case_search_piece(id);
    g_string_append_c(words, ' ');
    g_string_append_len(words, piece + 1, (gssize)strlen(piece) - 2); /* without its quotes */
    return store_exec(tx, error, "INSERT INTO case_search (case_id, words) VALUES (?, ?)", "ss", id,
                      words->str);
}

static bool put_case(struct store_tx *tx, struct fill *f, const struct one *one, GError **error)
{
    const char *matter = PICK(matters), *place = PICK(places);
    g_autofree char *title = g_strdup_printf("%s%s", place, matter);
    g_autofree char *code = g_strdup_printf("2%03u-%06u", f->done / 1000000, f->done % 1000000);
    g_autofree char *address =
        g_strdup_printf("%s%d号%d室", place, 1 + f->done % 300, 101 + f->done % 7);
    g_autofree char *holders = g_strdup_printf(" %s ", one->lead);
    g_autoptr(GString) words = g_string_new(NULL);
    words_add(words, code);
    words_add(words, title);
    words_add(words, address);
    g_string_append_printf(words, " \xee\x80\x80%s", one->id);
    return store_exec(
               tx, error,
               "INSERT INTO case_file (id, code, version, state, channel, dimension, type,"
               " category, title, body, priority, exercise, area, address, lon, lat, first_user,"
               " accepted_us, created_us, updated_us, closed_us, ledger, grade, lead, departments,"
               " satisfaction, state_us, dispatched_us, done_us, due_us, warn_us, finish_us,"
               " reporter, returned) VALUES (?, ?, ?, ?, 'hotline', 'livelihood', 'noise', ?, ?, ?,"
               " 3, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               "ssissssssddsiiiisssssiiiiiisi", one->id, code, (gint64)f->acts,
               one->open ? "WORKING" : "ARCHIVED", PICK(categories), title, PICK(notes), one->area,
               address, 120.0 + g_rand_double(f->rand) / 10, 30.0 + g_rand_double(f->rand) / 10,
               f->user, one->begun_us, one->begun_us, one->begun_us, one->closed_us,
               f->done % 3 ? "request" : "dispute", PICK(grades), one->lead, holders,
               one->open ? NULL : (f->done % 9 ? "satisfied" : "dissatisfied"), one->begun_us,
               one->begun_us + 60000000, one->open ? (gint64)0 : one->closed_us - HOUR_US,
               one->open ? one->begun_us + 5 * DAY_US : (gint64)0,
               one->open ? one->begun_us + 4 * DAY_US : (gint64)0, one->begun_us + 5 * DAY_US,
               one->person, (gint64)(f->done % 20 == 0)) &&
           put_words(tx, one->id, words, error);
}

static bool put_log(struct store_tx *tx, struct fill *f, const struct one *one, GError **error)
{
    static const char *const actions[] = {"open",    "triage", "dispatch", "take",   "comment",
                                          "comment", "call",   "feedback", "verify", "archive"};
    const struct identity_actor who = {.user = f->user, .login = "operator"};
    guint count = one->open ? MIN(f->acts, 7) : f->acts;
    for (guint i = 0; i < count; i++) {
        const char *action =
            actions[i < 4 || i + 3 >= f->acts ? (i < 4 ? i : 10 + i - f->acts) : 4 + i % 3];
        const char *note = i > 3 && i + 1 < f->acts ? PICK(notes) : "";
        const struct case_record record = {action, "WORKING", "WORKING", note, NULL};
        if (!case_log_add(tx, one->id, NULL, &record, &who, one->begun_us + (gint64)i * HOUR_US,
                          NULL, error))
            return false;
        if (!*note)
            continue;
        g_autoptr(GString) words = g_string_new(NULL);
        words_add(words, note);
        if (!put_words(tx, one->id, words, error))
            return false;
    }
    return true;
}

static bool put_order(struct store_tx *tx, struct fill *f, const struct one *one, GError **error)
{
    g_autofree char *order = id_at(f, one->begun_us), *timer = id_at(f, one->begun_us);
    g_autofree char *call = id_at(f, one->begun_us);
    return store_exec(
               tx, error,
               "INSERT INTO case_order (id, case_id, department, lead, state, item, standard,"
               " due_us, sent_us, sent_by, taken_us, in_time, done_us, returned_us) VALUES"
               " (?, ?, ?, 1, ?, '处置', '当日', 0, ?, ?, ?, ?, ?, ?)",
               "ssssisiiii", order, one->id, one->lead, one->open ? "TAKEN" : "DONE",
               one->begun_us + 60000000, f->user, one->begun_us + 600000000,
               (gint64)(f->done % 11 != 0), one->closed_us,
               f->done % 20 ? (gint64)0 : one->begun_us + 900000000) &&
           store_exec(tx, error,
                      "INSERT INTO case_timer (id, case_id, timer, start_us, due_us, warn_us,"
                      " next_us, state, ended_us, limit_text) VALUES (?, ?, 'callback', ?, ?, ?, 0,"
                      " 'met', ?, '{\"days\":3}')",
                      "ssiiii", timer, one->id, one->begun_us, one->begun_us + 3 * DAY_US,
                      one->begun_us, one->closed_us) &&
           (one->open || store_exec(tx, error,
                                    "INSERT INTO case_call (id, case_id, kind, time_us, user_id,"
                                    " name, reached, result, note) VALUES (?, ?, 'back', ?, ?,"
                                    " '回访员', 1, ?, '')",
                                    "ssiss", call, one->id, one->closed_us, f->user,
                                    f->done % 9 ? "satisfied" : "dissatisfied"));
}

static bool put_batch(struct store_tx *tx, gpointer job, GError **error)
{
    struct fill *f = job;
    gint64 span_us = (gint64)YEARS * 365 * DAY_US;
    for (guint i = 0; i < BATCH && f->done < f->cases; i++, f->done++) {
        gint64 begun_us = f->now_us - span_us + (gint64)((double)span_us * f->done / f->cases);
        bool open = f->done >= f->cases - f->cases / 100 * OPEN_PERCENT;
        struct one one = {.begun_us = begun_us,
                          .open = open,
                          .closed_us = open ? 0 : MIN(begun_us + 3 * DAY_US, f->now_us),
                          .lead = (char *)PICK(departments),
                          .area = f->areas->pdata[g_rand_int_range(f->rand, 0, (int)f->areas->len)],
                          .person =
                              f->people->pdata[g_rand_int_range(f->rand, 0, (int)f->people->len)]};
        one.id = id_at(f, begun_us);
        bool good = put_case(tx, f, &one, error) && put_log(tx, f, &one, error) &&
                    put_order(tx, f, &one, error) &&
                    person_link(tx, one.person, "case", one.id, "reporter", begun_us, error);
        g_free(one.id);
        if (!good)
            return false;
    }
    return true;
}

/* Index pages of a whole store stay in memory, and few checkpoints write them. */
static bool take_memory(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    return store_exec(tx, error, "PRAGMA cache_size = -3000000", "") &&
           store_exec(tx, error, "PRAGMA wal_autocheckpoint = 400000", "");
}

static bool analyze(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    return store_exec(tx, error, "ANALYZE", "");
}

static void must(struct fill *f, store_fn fn)
{
    GError *error = NULL;
    if (!store_write_now(f->store, fn, f, &error))
        g_error("%s", error ? error->message : "no areas or no operator in the store");
    store_drain(f->store);
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    if (argc != 6)
        g_error("cases_fill STORE KEY_FILE CASES ACTS PERSONS");
    struct fill f = {.rand = g_rand_new_with_seed(1),
                     .areas = g_ptr_array_new(),
                     .people = g_ptr_array_new(),
                     .cases = (guint)atoi(argv[3]),
                     .acts = (guint)atoi(argv[4]),
                     .persons = (guint)atoi(argv[5]),
                     .now_us = g_get_real_time()};
    struct store_options options = {.path = argv[1]};
    f.store = store_open(&options, &error);
    f.vault = f.store ? vault_open(argv[2], NULL, &error) : NULL;
    if (!f.vault)
        g_error("%s", error->message);
    if (!strstr(argv[1], "://"))
        must(&f, take_memory);
    must(&f, read_places);
    while (f.people->len < f.persons)
        must(&f, add_persons);
    while (f.done < f.cases) {
        must(&f, put_batch);
        if (f.done % 50000 == 0)
            fprintf(stderr, "%u cases\n", f.done);
    }
    must(&f, analyze);
    store_close(f.store);
    vault_close(f.vault);
    return 0;
}
