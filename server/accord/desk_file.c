/* Agreements in force are kept as files: the agreement and the minutes, each a PDF with the digest
 * of what stands in it. So are the minutes of every meeting at its end, unless they are what was
 * kept before. What an end in the middle left is made up for by the next round. */
#include "accord/accord_store.h"
#include "accord/desk_private.h"
#include "common/log.h"
#include <string.h>

enum filing_part { FILE_MINUTES, FILE_AGREEMENT };
static const char *const part_names[] = {"minutes", "agreement"};

struct filing {
    struct accord_desk *desk;
    char *meeting; /* NULL: nothing waits */
    enum filing_part part;
    bool ended; /* the minutes alone, as they are at the end */
    struct paper *paper;
    const char *name; /* of the file; static */
    json_t *about;    /* {what, text_sha256, state_sha256}: on the meeting's record */
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
    paper->unit = g_strdup(meeting->mediation ? "人民调解" : "");
    paper->title = g_strdup(meeting->mediation ? "调解笔录" : "会议记录");
    paper->plain = true;
    paper->heading = g_strdup(meeting->mediation ? "笔录" : "记录");
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

/* *times: how often something like it was filed; *same: this very state, too. */
static bool filed_before(struct store_tx *tx, const char *meeting, const json_t *about,
                         gint64 *times, bool *same, GError **error)
{
    const char *what = json_string_value(json_object_get(about, "what"));
    const char *state = json_string_value(json_object_get(about, "state_sha256"));
    g_autofree char *kind = g_strdup_printf("%%\"%s\"%%", what);
    g_autofree char *text = g_strdup_printf("%%\"%s\"%%", state);
    static const char count[] = "SELECT COUNT(*) FROM meeting_event WHERE meeting = ? AND"
                                " action = 'filed' AND details LIKE ? AND details LIKE ?";
    gint64 equal = 0;
    bool found;
    if (!store_query_int(tx, error, times, &found, count, "sss", meeting, kind, "%") ||
        !store_query_int(tx, error, &equal, &found, count, "sss", meeting, kind, text))
        return false;
    *same = equal > 0;
    return true;
}

/* Of the words and of who confirmed them how far; owned by the caller. */
static char *minutes_state(const struct accord_texts *texts, const struct accord_meeting *meeting,
                           const char *sha256)
{
    g_autoptr(GString) all = g_string_new(sha256);
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint k = 0; seat->sides && k < seat->people_count; k++)
            g_string_append_printf(all, " %s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, seat->id,
                                   seat->people[k].n,
                                   accord_confirmed(texts, seat->id, seat->people[k].n, NULL));
    }
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str, -1);
}

static bool gather_minutes(struct store_tx *tx, const struct accord_meeting *meeting,
                           const struct accord_texts *texts, const char *sha256,
                           struct filing *filing, GError **error)
{
    gint64 times = 0;
    bool same = false;
    g_autofree char *state = minutes_state(texts, meeting, sha256);
    filing->about = json_pack("{s:s,s:s,s:s}", "what", part_names[FILE_MINUTES], "text_sha256",
                              sha256, "state_sha256", state);
    if (!filed_before(tx, meeting->id, filing->about, &times, &same, error))
        return false;
    filing->name = !meeting->mediation ? "会议记录.pdf"
                   : times > 0         ? "调解笔录（会议结束时）.pdf"
                                       : "调解笔录.pdf";
    if (!filing->ended || !same)
        filing->paper = minutes_paper(texts, meeting, sha256);
    return true;
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
    if (filing->part == FILE_MINUTES && chain->len == 0 && !filing->ended)
        filing->part = FILE_AGREEMENT;
    bool fine = true;
    if (filing->part == FILE_MINUTES && chain->len > 0) {
        fine = gather_minutes(tx, meeting, texts, chain->pdata[chain->len - 1], filing, error);
    } else if (filing->part == FILE_AGREEMENT && texts->draft) {
        filing->name = "调解协议书.pdf";
        filing->paper = agreement_paper(desk, texts, meeting);
        filing->about =
            json_pack("{s:s,s:s,s:s}", "what", part_names[FILE_AGREEMENT], "text_sha256",
                      texts->draft->sha256, "state_sha256", texts->draft->sha256);
    }
    accord_texts_free(texts);
    return fine;
}

static bool find_row(struct store_tx *tx, struct filing *filing, char **user, const char *sql,
                     GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "");
    if (rows && store_rows_next(rows, &bad)) {
        filing->meeting = store_text_dup(rows, 0);
        *user = store_text_dup(rows, 1);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* The oldest that is not filed; its meeting is seen as its chair sees it. */
static bool find(struct store_tx *tx, gpointer data, GError **error)
{
    struct filing *filing = data;
    const struct accord_desk_hooks *hooks = &filing->desk->options.hooks;
    g_autofree char *user = NULL;
    if (!filing->meeting &&
        !find_row(tx, filing, &user,
                  "SELECT meeting, user_id FROM meeting_agreement WHERE filed_us = 0 AND"
                  " user_id <> '' ORDER BY effective_us LIMIT 1",
                  error))
        return false;
    if (!filing->meeting) {
        filing->ended = true;
        if (!find_row(tx, filing, &user,
                      "SELECT m.id, s.user_id FROM meeting m JOIN meeting_seat s ON s.meeting ="
                      " m.id AND s.role = 'mediator' AND s.state <> 'removed' WHERE m.state ="
                      " 'ended' AND m.filed_us = 0 AND s.user_id IS NOT NULL"
                      " ORDER BY m.ended_us, m.id LIMIT 1",
                      error))
            return false;
    }
    if (!filing->meeting)
        return true;
    if (!user) { /* its second part */
        GError *bad = NULL;
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

static bool mark_ended(struct store_tx *tx, const char *meeting, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE meeting SET filed_us = ended_us WHERE id = ? AND state = 'ended'",
                      "s", meeting);
}

/* In the transaction that records the file. */
static bool also(struct store_tx *tx, const char *meeting, const json_t *about, bool *skip,
                 GError **error)
{
    const char *what = json_string_value(json_object_get(about, "what"));
    gint64 times;
    if (!filed_before(tx, meeting, about, &times, skip, error))
        return false;
    if (strcmp(what, part_names[FILE_AGREEMENT]) == 0)
        return store_exec(tx, error,
                          "UPDATE meeting_agreement SET filed_us = effective_us WHERE meeting = ?",
                          "s", meeting);
    return mark_ended(tx, meeting, error);
}

static void begin(struct filing *filing);

static void kept(bool done, gpointer data)
{
    struct filing *filing = data;
    if (!done || filing->ended || filing->part == FILE_AGREEMENT) {
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
    hooks->keep(filing->meeting, filing->name, pdf, filing->about, also, kept, filing, hooks->user);
}

static bool nothing_new(struct store_tx *tx, gpointer data, GError **error)
{
    const struct filing *filing = data;
    return mark_ended(tx, filing->meeting, error);
}

static void noted(gpointer data, const GError *error)
{
    if (error)
        log_warn("accord", "that nothing is to be filed is not noted: %s", error->message);
    kept(!error, data);
}

static void found(gpointer data, const GError *error)
{
    struct filing *filing = data;
    if (error)
        log_warn("accord", "papers of meetings wait: %s", error->message);
    if (!error && !filing->paper && filing->ended && filing->meeting)
        store_write(filing->desk->options.store, nothing_new, filing, noted);
    else if (error || !filing->paper)
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
