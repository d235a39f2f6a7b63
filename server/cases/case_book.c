#include "cases/case_book.h"
#include "cases/case_words.h"
#include <string.h>

/* Made by tw_embed(). */
#define SHIPPED(name)                                                                              \
    extern const unsigned char case_##name[];                                                      \
    extern const unsigned int case_##name##_len;
SHIPPED(default)
SHIPPED(four_orders)
SHIPPED(whistle)
SHIPPED(three_lists)
SHIPPED(mediation)
SHIPPED(routing)
SHIPPED(office)
SHIPPED(2025)
SHIPPED(2026)

static const struct case_book *in_force;

struct shipped {
    const char *name;
    const unsigned char *text;
    const unsigned *size;
};
#define FILE_OF(name)                                                                              \
    {                                                                                              \
#name ".json", case_##name, &case_##name##_len                                             \
    }

static void put_workflow(struct case_book *book, struct workflow *workflow)
{
    for (guint i = 0; i < book->workflows->len; i++) {
        struct workflow *old = book->workflows->pdata[i];
        if (strcmp(old->id, workflow->id) == 0) {
            workflow_destroy(old);
            book->workflows->pdata[i] = workflow;
            return;
        }
    }
    g_ptr_array_add(book->workflows, workflow);
}

static bool add_workflow(struct case_book *book, const char *text, gsize size, const char *name,
                         GError **error)
{
    struct workflow *workflow = workflow_read(text, size, name, error);
    if (workflow)
        put_workflow(book, workflow);
    return workflow != NULL;
}

static bool add_calendar(struct case_book *book, const char *text, gsize size, const char *name,
                         GError **error)
{
    return calendar_add(book->calendar, text, size, name, error);
}

static bool add_routing(struct case_book *book, const char *text, gsize size, const char *name,
                        GError **error)
{
    struct routing *routing = routing_read(text, size, name, error);
    if (!routing)
        return false;
    routing_destroy(book->routing);
    book->routing = routing;
    return true;
}

typedef bool (*add_fn)(struct case_book *book, const char *text, gsize size, const char *name,
                       GError **error);

static bool add_shipped(struct case_book *book, GError **error)
{
    static const struct shipped workflows[] = {FILE_OF(default), FILE_OF(four_orders),
                                               FILE_OF(whistle), FILE_OF(three_lists),
                                               FILE_OF(mediation)};
    static const struct shipped calendars[] = {FILE_OF(office), FILE_OF(2025), FILE_OF(2026)};
    bool fine =
        add_routing(book, (const char *)case_routing, case_routing_len, "routing.json", error);
    for (size_t i = 0; fine && i < G_N_ELEMENTS(workflows); i++)
        fine = add_workflow(book, (const char *)workflows[i].text, *workflows[i].size,
                            workflows[i].name, error);
    for (size_t i = 0; fine && i < G_N_ELEMENTS(calendars); i++)
        fine = add_calendar(book, (const char *)calendars[i].text, *calendars[i].size,
                            calendars[i].name, error);
    return fine;
}

static bool add_file(struct case_book *book, const char *path, add_fn add, GError **error)
{
    g_autofree char *text = NULL;
    gsize size;
    return g_file_get_contents(path, &text, &size, error) && add(book, text, size, path, error);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every .json of a folder, by name; a folder that is not there has none. */
static bool add_folder(struct case_book *book, const char *dir, const char *name, add_fn add,
                       GError **error)
{
    g_autofree char *folder = g_build_filename(dir, name, NULL);
    GDir *open = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    const char *file;
    while (open && (file = g_dir_read_name(open))) {
        if (g_str_has_suffix(file, ".json"))
            g_ptr_array_add(files, g_build_filename(folder, file, NULL));
    }
    if (open)
        g_dir_close(open);
    g_ptr_array_sort(files, by_name);
    for (guint i = 0; i < files->len; i++) {
        if (!add_file(book, files->pdata[i], add, error))
            return false;
    }
    return true;
}

static bool add_dir(struct case_book *book, const char *dir, GError **error)
{
    g_autofree char *routing = g_build_filename(dir, "routing.json", NULL);
    return add_folder(book, dir, "workflows", add_workflow, error) &&
           add_folder(book, dir, "calendar", add_calendar, error) &&
           (!g_file_test(routing, G_FILE_TEST_EXISTS) ||
            add_file(book, routing, add_routing, error));
}

static bool is_known(const char *field, const char *value, gpointer user)
{
    static const struct {
        const char *field;
        enum case_list list;
    } lists[] = {
        {"category", WORDS_CATEGORY}, {"channel", WORDS_CHANNEL}, {"ledger", WORDS_LEDGER}};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        if (strcmp(field, lists[i].field) == 0)
            return case_word(lists[i].list, value) != NULL;
    }
    return case_book_workflow(user, value) != NULL;
}

struct case_book *case_book_create(const char *dir, GError **error)
{
    struct case_book *book = g_new0(struct case_book, 1);
    book->calendar = calendar_create();
    book->workflows = g_ptr_array_new();
    if (!add_shipped(book, error) || (dir && !add_dir(book, dir, error)) ||
        !routing_check(book->routing, "routing.json", is_known, book, error))
        g_clear_pointer(&book, case_book_destroy);
    return book;
}

void case_book_destroy(struct case_book *book)
{
    if (!book)
        return;
    calendar_destroy(book->calendar);
    for (guint i = 0; i < book->workflows->len; i++)
        workflow_destroy(book->workflows->pdata[i]);
    g_ptr_array_unref(book->workflows);
    routing_destroy(book->routing);
    g_free(book);
}

const struct workflow *case_book_workflow(const struct case_book *book, const char *id)
{
    for (guint i = 0; id && i < book->workflows->len; i++) {
        const struct workflow *workflow = book->workflows->pdata[i];
        if (strcmp(workflow->id, id) == 0)
            return workflow;
    }
    return NULL;
}

static gpointer make_shipped(gpointer unused)
{
    g_autoptr(GError) error = NULL;
    struct case_book *book = case_book_create(NULL, &error);
    (void)unused;
    if (!book)
        g_error("the shipped rules of cases are not right: %s", error->message);
    return book;
}

const struct case_book *case_book(void)
{
    static GOnce once = G_ONCE_INIT;
    return in_force ? in_force : g_once(&once, make_shipped, NULL);
}

void case_book_use(const struct case_book *book)
{
    in_force = book;
}
