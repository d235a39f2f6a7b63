/* Persons on a real database: sealed, found, revealed, erased; holds and retention. */
#include "fixture.h"
#include "identity/persons.h"
#include "identity/retention.h"
#include <string.h>

#define DAY (24 * HOUR)

/* One act in a transaction of its own. */
struct act {
    struct fixture *f;
    void (*fn)(struct store_tx *tx, struct act *act, GError **error);
    struct person_fields fields;
    const char *id, *text, *kind;
    enum person_field field;
    char *made, *digest, *words;
    GPtrArray *ids;
    struct person_known *known;
    bool flag;
};

static bool run(struct store_tx *tx, gpointer job, GError **error)
{
    struct act *act = job;
    GError *bad = NULL;
    act->fn(tx, act, &bad);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

/* STORE_ERROR code of the refusal, or -1. */
static int perform(struct act *act)
{
    GError *error = NULL;
    store_drain(act->f->store);
    store_write_now(act->f->store, run, act, &error);
    int code = error ? error->code : -1;
    g_clear_error(&error);
    return code;
}

static const struct vault *vault_of(const struct act *act)
{
    return identity_vault(act->f->identity);
}

static void do_add(struct store_tx *tx, struct act *act, GError **error)
{
    person_add(tx, vault_of(act), &act->fields, "330108102003", fixture_now_us, &act->made,
               &act->digest, error);
}

static void do_set(struct store_tx *tx, struct act *act, GError **error)
{
    person_set(tx, vault_of(act), act->id, &act->fields, fixture_now_us, &act->digest, error);
}

static void do_find(struct store_tx *tx, struct act *act, GError **error)
{
    act->ids = g_ptr_array_new_with_free_func(g_free);
    person_find(tx, vault_of(act), act->field, act->text, 10, act->ids, error);
}

static void do_read(struct store_tx *tx, struct act *act, GError **error)
{
    act->known = person_read(tx, vault_of(act), act->id, PERSON_MASKED, error);
}

static void do_reveal(struct store_tx *tx, struct act *act, GError **error)
{
    static const struct identity_actor who = {.user = "u1", .login = "verifier"};
    act->known = person_reveal(tx, vault_of(act), &who, act->id, act->text, fixture_now_us, error);
}

static void do_erase(struct store_tx *tx, struct act *act, GError **error)
{
    static const struct identity_actor who = {.user = "u1", .login = "admin"};
    person_erase(tx, &who, act->id, act->text, fixture_now_us, error);
}

static void do_link(struct store_tx *tx, struct act *act, GError **error)
{
    person_link(tx, act->id, "case", act->text, "reporter", fixture_now_us, error);
}

static void do_release(struct store_tx *tx, struct act *act, GError **error)
{
    person_release(tx, "case", act->text, fixture_now_us, error);
}

static void do_seal(struct store_tx *tx, struct act *act, GError **error)
{
    act->words = person_seal(tx, vault_of(act), act->id, act->text, error);
}

static void do_unseal(struct store_tx *tx, struct act *act, GError **error)
{
    act->words = person_unseal(tx, vault_of(act), act->id, act->text, error);
}

static char *add_person(struct fixture *f, const char *name, const char *phone)
{
    struct act act = {.f = f, .fn = do_add, .fields = {.name = name, .phone = phone}};
    g_assert_cmpint(perform(&act), ==, -1);
    g_free(act.digest);
    return act.made;
}

/* Ids found, joined by spaces. */
static char *find(struct fixture *f, enum person_field field, const char *text)
{
    struct act act = {.f = f, .fn = do_find, .field = field, .text = text};
    g_assert_cmpint(perform(&act), ==, -1);
    g_ptr_array_add(act.ids, NULL);
    char *all = g_strjoinv(" ", (char **)act.ids->pdata);
    g_ptr_array_unref(act.ids);
    return all;
}

static void assert_found(struct fixture *f, enum person_field field, const char *text,
                         const char *ids)
{
    g_autofree char *found = find(f, field, text);
    g_assert_cmpstr(found, ==, ids);
}

static int act_on(struct fixture *f,
                  void (*fn)(struct store_tx *tx, struct act *act, GError **error), const char *id,
                  const char *text)
{
    struct act act = {.f = f, .fn = fn, .id = id, .text = text};
    int code = perform(&act);
    person_known_free(act.known);
    g_free(act.words);
    return code;
}

static struct person_known *read_person(struct fixture *f, const char *id)
{
    struct act act = {.f = f, .fn = do_read, .id = id};
    g_assert_cmpint(perform(&act), ==, -1);
    return act.known;
}

/* --- */

static void test_sealed_and_masked(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *id = add_person(f, "张小明", "138 1234 5678");
    g_assert_null(read_person(f, "nobody"));
    struct person_known *known = read_person(f, id);
    g_assert_cmpstr(known->name, ==, "张*明");
    g_assert_cmpstr(known->phone, ==, "138****5678");
    g_assert_null(known->id_number);
    g_assert_cmpstr(known->area, ==, "330108102003");
    person_known_free(known);
    /* nothing of it is in the files */
    store_drain(f->store);
    g_autofree char *wal = g_strconcat(f->path, "-wal", NULL);
    const char *const files[] = {f->path, wal};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *content = NULL;
        gsize size;
        if (!g_file_get_contents(files[i], &content, &size, NULL))
            continue;
        g_assert_null(g_strstr_len(content, (gssize)size, "小明"));
        g_assert_null(g_strstr_len(content, (gssize)size, "5678"));
    }
    fixture_free(f);
}

static void test_found(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *one = add_person(f, "张小明", "138 1234 5678");
    fixture_now_us += MINUTE;
    g_autofree char *two = add_person(f, "王小明", "+8613812345678");
    fixture_now_us += MINUTE;
    g_autofree char *three = add_person(f, "小张明小", NULL);
    g_autofree char *both = g_strjoin(" ", two, one, NULL);
    assert_found(f, PERSON_PHONE, "13812345678", both);
    assert_found(f, PERSON_PHONE, "13812345679", "");
    assert_found(f, PERSON_PHONE, "not a phone", "");
    assert_found(f, PERSON_NAME, "小明", both);
    assert_found(f, PERSON_NAME, "张小明", one);
    assert_found(f, PERSON_NAME, "王", two);
    assert_found(f, PERSON_NAME, "张 明", three);
    assert_found(f, PERSON_NAME, "李", "");
    assert_found(f, PERSON_ID_NUMBER, "11010519491231002X", "");
    struct act act = {.f = f,
                      .fn = do_set,
                      .id = one,
                      .fields = {.phone = "", .id_number = "11010519491231002x"}};
    g_assert_cmpint(perform(&act), ==, -1);
    g_free(act.digest);
    assert_found(f, PERSON_PHONE, "13812345678", two);
    assert_found(f, PERSON_ID_NUMBER, "11010519491231002X", one);
    assert_found(f, PERSON_NAME, "张小", one);
    fixture_free(f);
}

static void test_refused_fields(void)
{
    static const struct person_fields wrong[] = {
        {.phone = "12"}, {.id_number = "110105194912310021"}, {.name = "a\x02"},
        {.name = NULL},  {.address = "\xff broken"},
    };
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        struct act act = {.f = f, .fn = do_add, .fields = wrong[i]};
        struct person_fault fault = {0};
        g_assert_false(person_check(&wrong[i], &fault));
        g_assert_nonnull(fault.field);
        g_assert_cmpint(perform(&act), ==, STORE_ERROR_REFUSED);
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM person"), ==, 0);
    fixture_free(f);
}

static void test_revealed_with_a_reason_on_record(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *id = add_person(f, "张小明", "13812345678");
    g_assert_cmpint(act_on(f, do_reveal, id, "x"), ==, STORE_ERROR_REFUSED);
    g_assert_cmpint(act_on(f, do_reveal, id, NULL), ==, STORE_ERROR_REFUSED);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM audit"), ==, 0);
    struct act act = {.f = f, .fn = do_reveal, .id = id, .text = "回访 2026-0001"};
    g_assert_cmpint(perform(&act), ==, -1);
    g_assert_cmpstr(act.known->name, ==, "张小明");
    g_assert_cmpstr(act.known->phone, ==, "13812345678");
    person_known_free(act.known);
    g_autofree char *details =
        fixture_text(f, "SELECT details FROM audit WHERE action = 'person.reveal'");
    g_assert_cmpstr(details, ==, "{\"reason\":\"回访 2026-0001\"}");
    fixture_free(f);
}

static void test_erased_person_cannot_be_read_and_digests_hold(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *id = add_person(f, "张小明", "13812345678");
    struct act seal = {.f = f, .fn = do_seal, .id = id, .text = "他说邻居夜里吵"};
    g_assert_cmpint(perform(&seal), ==, -1);
    struct act unseal = {.f = f, .fn = do_unseal, .id = id, .text = seal.words};
    g_assert_cmpint(perform(&unseal), ==, -1);
    g_assert_cmpstr(unseal.words, ==, "他说邻居夜里吵");
    g_free(unseal.words);
    static const char sealed[] = "SELECT hex(name_enc) || hex(phone_enc) || digest FROM person";
    g_autofree char *before = fixture_text(f, sealed);
    g_assert_cmpint(act_on(f, do_erase, id, "本人要求删除"), ==, -1);
    g_autofree char *after = fixture_text(f, sealed);
    g_assert_cmpstr(after, ==, before);
    struct person_known *known = read_person(f, id);
    g_assert_true(known->erased);
    g_assert_null(known->name);
    person_known_free(known);
    assert_found(f, PERSON_PHONE, "13812345678", "");
    assert_found(f, PERSON_NAME, "张", "");
    unseal.words = NULL;
    g_assert_cmpint(perform(&unseal), ==, -1);
    g_assert_null(unseal.words);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM person WHERE key_wrapped IS NOT NULL"), ==,
                    0);
    g_assert_cmpint(act_on(f, do_erase, id, "again"), ==, STORE_ERROR_NOT_FOUND);
    g_assert_cmpint(act_on(f, do_seal, id, "more"), ==, STORE_ERROR_NOT_FOUND);
    struct act set = {.f = f, .fn = do_set, .id = id, .fields = {.name = "李"}};
    g_assert_cmpint(perform(&set), ==, STORE_ERROR_NOT_FOUND);
    g_free(seal.words);
    fixture_free(f);
}

static void place_hold(struct fixture *f, const char *id, const char *kind, const char *object)
{
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO legal_hold (id, kind, object, reason, placed_by, placed_name, placed_us)"
        " VALUES ('%s', '%s', '%s', '诉讼', 'u', 'n', 1)",
        id, kind, object);
    g_assert_true(fixture_sql(f, sql));
}

static void test_open_links_and_holds_keep_a_person(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *id = add_person(f, "张小明", NULL);
    g_assert_cmpint(act_on(f, do_link, id, "case1"), ==, -1);
    g_assert_cmpint(act_on(f, do_erase, id, "本人要求"), ==, STORE_ERROR_REFUSED);
    g_assert_cmpint(act_on(f, do_release, NULL, "case1"), ==, -1);
    place_hold(f, "h1", "case", "case1");
    g_assert_cmpint(act_on(f, do_erase, id, "本人要求"), ==, STORE_ERROR_REFUSED);
    g_assert_true(fixture_sql(f, "UPDATE legal_hold SET lifted_us = 2"));
    place_hold(f, "h2", "person", id);
    g_assert_cmpint(act_on(f, do_erase, id, "本人要求"), ==, STORE_ERROR_REFUSED);
    g_assert_true(fixture_sql(f, "UPDATE legal_hold SET lifted_us = 2"));
    g_assert_cmpint(act_on(f, do_erase, id, "本人要求"), ==, -1);
    fixture_free(f);
}

static void run_retention(struct fixture *f)
{
    retention_run(f->identity);
    store_drain(f->store);
}

static void test_retention_erases_what_is_due_and_not_held(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *old = add_person(f, "张", NULL), *held = add_person(f, "王", NULL);
    g_autofree char *open = add_person(f, "李", NULL);
    g_assert_cmpint(act_on(f, do_link, open, "case1"), ==, -1);
    place_hold(f, "h1", "person", held);
    for (int i = 0; i < 3; i++) {
        g_autofree char *sql = g_strdup_printf(
            "INSERT INTO view_log (id, user_id, login, name, unit, reason, camera, profile, kind,"
            " start_us, end_us) VALUES ('v%d', 'u', 'l', 'n', '', 'r', 'c%d', 'main', 'live',"
            " %" G_GINT64_FORMAT ", 5)",
            i, i, (gint64)fixture_now_us);
        g_assert_true(fixture_sql(f, sql));
    }
    place_hold(f, "h2", "camera", "c1");
    fixture_now_us += 29 * DAY;
    g_autofree char *young = add_person(f, "周", NULL);
    run_retention(f);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM retention_run"), ==, 0);
    fixture_now_us += 2 * DAY;
    run_retention(f);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM person WHERE erased_us > 0"), ==, 1);
    struct person_known *known = read_person(f, old);
    g_assert_true(known->erased);
    person_known_free(known);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM view_log"), ==, 1);
    g_autofree char *records = fixture_text(
        f, "SELECT group_concat(object || ' ' || details, ' ') FROM audit WHERE action ="
           " 'retention.delete'");
    g_assert_nonnull(strstr(records, "person {"));
    g_assert_nonnull(strstr(records, "\"deleted\":1,\"held\":1"));
    g_assert_nonnull(strstr(records, "view_log {"));
    g_assert_nonnull(strstr(records, "\"deleted\":2,\"held\":1"));
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/persons/sealed", test_sealed_and_masked);
    g_test_add_func("/identity/persons/found", test_found);
    g_test_add_func("/identity/persons/refused", test_refused_fields);
    g_test_add_func("/identity/persons/revealed", test_revealed_with_a_reason_on_record);
    g_test_add_func("/identity/persons/erased", test_erased_person_cannot_be_read_and_digests_hold);
    g_test_add_func("/identity/persons/kept", test_open_links_and_holds_keep_a_person);
    g_test_add_func("/identity/persons/retention", test_retention_erases_what_is_due_and_not_held);
    return g_test_run();
}
