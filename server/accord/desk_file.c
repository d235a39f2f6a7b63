/* Agreements in force are kept as files: the agreement and the minutes, each a PDF with the digest
 * of what stands in it. What an end in the middle left is made up for by the next round. */
#include "accord/accord_store.h"
#include "accord/desk_private.h"
#include "common/log.h"
#include <string.h>

enum filing_part { FILE_MINUTES, FILE_AGREEMENT, FILE_DONE };
static const char *const part_names[] = {"minutes", "agreement"};
static const char *const part_files[] = {"调解笔录.pdf", "调解协议书.pdf"};

struct filing {
    struct accord_desk *desk;
    char *meeting; /* NULL: nothing waits */
    enum filing_part part;
    struct paper *paper;
    json_t *about; /* {what, sha256}: on the meeting's record */
};

static void filing_free(gpointer data)
{
    struct filing *filing = data;
    filing->desk->filing = false;
    paper_free(filing->paper);
    json_decref(filing->about);
    g_free(filing->meeting);
    g_free(filing);
}

static char *time_of(gint64 time_us, const char *format)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(time_us / G_USEC_PER_SEC);
    return when ? g_date_time_format(when, format) : g_strdup("");
}

static const struct accord_person *person_of(const struct accord_seat *seat, gint64 n)
{
    for (guint i = 0; i < seat->people_count; i++)
        if (seat->people[i].n == n)
            return &seat->people[i];
    return NULL;
}

static void add_confirmations(struct paper *paper, const struct accord_texts *texts,
                              const struct accord_meeting *meeting)
{
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint k = 0; seat->sides && k < seat->people_count; k++) {
            const struct accord_person *person = person_of(seat, seat->people[k].n);
            gint64 when_us = 0;
            gint64 upto = accord_confirmed(texts, seat->id, person->n, &when_us);
            g_autofree char *time = time_of(when_us, "%Y-%m-%d %H:%M:%S");
            g_autofree char *text =
                upto ? g_strdup_printf("第 1 至第 %" G_GINT64_FORMAT " 条属实（%s）", upto, time)
                     : g_strdup("未确认");
            paper_add_field(paper, person->name, text, false);
        }
    }
}

static struct paper *minutes_paper(const struct accord_texts *texts,
                                   const struct accord_meeting *meeting, const char *sha256)
{
    struct paper *paper = paper_new();
    const GPtrArray *entries = texts->entries[ACCORD_MINUTES];
    paper->unit = g_strdup("人民调解");
    paper->title = g_strdup("调解笔录");
    paper->plain = true;
    paper->heading = g_strdup("笔录");
    paper->foot = g_strdup_printf("SHA-256 %s", sha256);
    paper_add_field(paper, "事由", meeting->title, false);
    paper_add_field(paper, "地点", meeting->place, false);
    add_confirmations(paper, texts, meeting);
    for (guint i = 0; i < entries->len; i++) {
        const struct accord_entry *entry = entries->pdata[i];
        g_autofree char *time = time_of(entry->said_us, "%m-%d %H:%M");
        g_autofree char *line =
            g_strdup_printf("%s  %s%s", time, entry->struck ? "（已删去）" : "", entry->text);
        paper_add_note(paper, line);
    }
    return paper;
}

static struct paper *agreement_paper(const struct accord_desk *desk,
                                     const struct accord_texts *texts,
                                     const struct accord_meeting *meeting)
{
    struct paper *paper = desk_paper_of(desk, texts, meeting);
    if (paper && strcmp(texts->draft->how, "paper") == 0) {
        g_free(paper->mark);
        paper->mark = g_strdup("纸质签署，以扫描件为准");
    }
    return paper;
}

static bool gather(struct store_tx *tx, const struct accord_meeting *meeting,
                   const struct accord_seat *seat, gpointer data, GError **error)
{
    struct filing *filing = data;
    const struct accord_desk *desk = filing->desk;
    (void)seat;
    struct accord_texts *texts =
        accord_load(tx, identity_vault(desk->options.identity), meeting->id, error);
    if (!texts)
        return false;
    g_autoptr(GPtrArray) chain = accord_chain(texts->entries[ACCORD_MINUTES]);
    if (filing->part == FILE_MINUTES && chain->len == 0)
        filing->part = FILE_AGREEMENT;
    const char *sha256 = filing->part == FILE_MINUTES ? chain->pdata[chain->len - 1]
                         : texts->draft               ? texts->draft->sha256
                                                      : "";
    if (filing->part == FILE_MINUTES)
        filing->paper = minutes_paper(texts, meeting, sha256);
    else if (texts->draft)
        filing->paper = agreement_paper(desk, texts, meeting);
    filing->about = json_pack("{s:s,s:s}", "what", part_names[filing->part], "text_sha256", sha256);
    accord_texts_free(texts);
    return true;
}

/* The oldest that is not filed; its meeting is seen as its chair sees it. */
static bool find(struct store_tx *tx, gpointer data, GError **error)
{
    struct filing *filing = data;
    const struct accord_desk_hooks *hooks = &filing->desk->options.hooks;
    g_autofree char *user = NULL;
    GError *bad = NULL;
    if (!filing->meeting) {
        store_rows_auto rows =
            store_query(tx, error,
                        "SELECT meeting, user_id FROM meeting_agreement WHERE filed_us = 0 AND"
                        " user_id <> '' ORDER BY effective_us LIMIT 1",
                        "");
        if (rows && store_rows_next(rows, &bad)) {
            filing->meeting = store_text_dup(rows, 0);
            user = store_text_dup(rows, 1);
        }
        if (bad)
            g_propagate_error(error, bad);
        if (!rows || bad || !filing->meeting)
            return rows && !bad;
    } else {
        store_rows_auto rows =
            store_query(tx, error, "SELECT user_id FROM meeting_agreement WHERE meeting = ?", "s",
                        filing->meeting);
        if (rows && store_rows_next(rows, &bad))
            user = store_text_dup(rows, 0);
        if (bad)
            g_propagate_error(error, bad);
        if (!user)
            return false;
    }
    return hooks->look(tx, filing->meeting, user, gather, filing, hooks->user, error);
}

/* In the transaction that records the file. */
static bool also(struct store_tx *tx, const char *meeting, const json_t *about, bool *skip,
                 GError **error)
{
    bool agreement = strcmp(json_string_value(json_object_get(about, "what")), "agreement") == 0;
    gint64 count = 0;
    bool found;
    if (!store_query_int(tx, error, &count, &found,
                         "SELECT COUNT(*) FROM meeting_event WHERE meeting = ? AND action = 'filed'"
                         " AND details LIKE ?",
                         "ss", meeting, agreement ? "%\"agreement\"%" : "%\"minutes\"%"))
        return false;
    *skip = count > 0;
    return !agreement || store_exec(tx, error,
                                    "UPDATE meeting_agreement SET filed_us = effective_us WHERE"
                                    " meeting = ?",
                                    "s", meeting);
}

static void begin(struct filing *filing);

static void kept(bool done, gpointer data)
{
    struct filing *filing = data;
    if (!done || filing->part == FILE_AGREEMENT) {
        struct accord_desk *desk = filing->desk;
        filing_free(filing);
        if (done)
            desk_file(desk); /* perhaps another one waits */
        return;
    }
    filing->part = FILE_AGREEMENT;
    g_clear_pointer(&filing->about, json_decref);
    begin(filing);
}

static void printed(GBytes *pdf, const GError *error, gpointer data)
{
    struct filing *filing = data;
    const struct accord_desk_hooks *hooks = &filing->desk->options.hooks;
    if (error) {
        log_warn("accord", "the papers of meeting %s wait: %s", filing->meeting, error->message);
        filing_free(filing);
        return;
    }
    hooks->keep(filing->meeting, part_files[filing->part], pdf, filing->about, also, kept, filing,
                hooks->user);
}

static void found(gpointer data, const GError *error)
{
    struct filing *filing = data;
    if (error)
        log_warn("accord", "papers of agreements wait: %s", error->message);
    if (error || !filing->paper)
        filing_free(filing);
    else
        paper_press_print(filing->desk->press, g_steal_pointer(&filing->paper), printed,
                          filing_free, filing);
}

static void begin(struct filing *filing)
{
    if (filing->desk->closing)
        filing_free(filing);
    else
        store_read(filing->desk->options.store, find, filing, found);
}

void desk_file(struct accord_desk *desk)
{
    if (desk->filing || desk->closing || !desk->options.hooks.keep)
        return;
    struct filing *filing = g_new0(struct filing, 1);
    filing->desk = desk;
    desk->filing = true;
    begin(filing);
}
