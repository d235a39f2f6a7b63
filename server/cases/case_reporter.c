/* Who reported a case: a person of server/identity, never a text of ours. */
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
