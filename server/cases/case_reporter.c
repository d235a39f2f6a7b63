/* Who reported a case: a person of server/identity, never a text of ours. */
#include "cases/case_reporter.h"
#include "cases/case_form.h"
#include "cases/case_job.h"
#include "identity/persons.h"

static struct person_fields fields_of(const json_t *form)
{
    const json_t *reporter = json_object_get(form, "reporter");
    return (struct person_fields){.name = json_string_value(json_object_get(reporter, "name")),
                                  .phone = json_string_value(json_object_get(reporter, "phone")),
                                  .id_number =
                                      json_string_value(json_object_get(reporter, "id_number"))};
}

bool case_reporter_check(const json_t *form, const char *path, json_t *faults)
{
    const struct person_fields fields = fields_of(form);
    struct person_fault fault;
    if ((!fields.name && !fields.phone && !fields.id_number) || person_check(&fields, &fault))
        return true;
    g_autofree char *at = g_strconcat(path, "reporter.", fault.field, NULL);
    case_fault(faults, at, fault.zh, fault.en);
    return false;
}

bool case_reporter_add(struct store_tx *tx, const struct vault *vault, const char *id,
                       const json_t *form, gint64 now_us, GError **error)
{
    case_row_auto row = {0};
    if (!json_is_object(json_object_get(form, "reporter")))
        return true;
    return case_row_load(tx, id, &row, error) &&
           case_reporter_write(tx, vault, &row, form, now_us, error) &&
           store_exec(tx, error, "UPDATE case_file SET reporter = ? WHERE id = ?", "ss",
                      row.reporter, id);
}

bool case_reporter_write(struct store_tx *tx, const struct vault *vault, struct case_row *row,
                         const json_t *form, gint64 now_us, GError **error)
{
    const struct person_fields fields = fields_of(form);
    if (!vault || (!fields.name && !fields.phone && !fields.id_number))
        return true;
    if (row->reporter)
        return person_set(tx, vault, row->reporter, &fields, now_us, NULL, error);
    g_autofree char *person = NULL;
    if (!person_add(tx, vault, &fields, row->area, now_us, &person, NULL, error) ||
        !person_link(tx, person, "case", row->id, "reporter", now_us, error))
        return false;
    case_row_set(&row->reporter, person);
    return true;
}

bool case_reporter_adopt(struct store_tx *tx, const char *id, const char *person, gint64 now_us,
                         GError **error)
{
    case_row_auto row = {0};
    if (!person)
        return true;
    if (!case_row_load(tx, id, &row, error))
        return false;
    return row.reporter || (person_link(tx, person, "case", id, "reporter", now_us, error) &&
                            person_place(tx, person, row.area, now_us, error) &&
                            store_exec(tx, error, "UPDATE case_file SET reporter = ? WHERE id = ?",
                                       "ss", person, id));
}

bool case_reporter_give_up(struct store_tx *tx, const char *id, const char *person, GError **error)
{
    return !person ||
           (person_unlink(tx, person, "case", id, "reporter", error) &&
            store_exec(tx, error,
                       "UPDATE case_file SET reporter = NULL WHERE id = ? AND reporter = ?", "ss",
                       id, person));
}
