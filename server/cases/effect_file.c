/* Files of a case: added with their sum on record, withdrawn with a reason, never erased by an act.
 */
#include "cases/case_job.h"
#include "files/attachments.h"
#include <string.h>

static struct attachment_owner owner_of(const struct case_job *job)
{
    return (struct attachment_owner){"case", job->row.id};
}

static bool attach(struct store_tx *tx, struct case_job *job, GError **error)
{
    const struct attachment_new *file = job->file;
    const struct attachment_owner owner = owner_of(job);
    if (!file)
        return case_job_refuse(job, "no_file", "附件须先上传", "files are added by uploading them",
                               error);
    json_object_set_new(job->details, "file", json_string(file->id));
    json_object_set_new(job->details, "kind", json_string(file_kind_info(file->kind)->name));
    json_object_set_new(job->details, "bytes", json_integer(file->bytes));
    json_object_set_new(job->details, "sha256", json_string(file->sha256));
    json_object_set_new(job->details, "given_sha256", json_string(file->given_sha256));
    return attachment_insert(tx, job->vault, file, &owner, job->who->actor->user, job->who->name,
                             job->now_us, error);
}

static bool detach(struct store_tx *tx, struct case_job *job, GError **error)
{
    const struct attachment_owner owner = owner_of(job);
    const char *id = case_job_text(job, "to");
    struct attachment file = {0};
    guint32 others = workflow_role_bit("supervisor") | workflow_role_bit("operator");
    GError *bad = NULL;
    bool found = attachment_load(tx, job->vault, id, &owner, &file, &bad);
    bool own = found && g_strcmp0(file.user, job->who->actor->user) == 0;
    bool standing = found && !file.withdrawn_us && !file.erased_us;
    attachment_clear(&file);
    if (bad && bad->code != STORE_ERROR_NOT_FOUND) {
        g_propagate_error(error, bad);
        return false;
    }
    g_clear_error(&bad);
    if (!standing)
        return case_job_refuse(job, "no_file", "没有这个附件", "there is no such file", error);
    if (!own && !(job->roles & others))
        return case_job_refuse(job, "not_yours", "只有上传人、值班员或督办员可以撤下附件",
                               "only who added it, an operator or a supervisor withdraws it",
                               error);
    return attachment_withdraw(tx, id, job->who->name, case_job_text(job, "text"), job->now_us,
                               error);
}

bool case_files_check(struct store_tx *tx, struct case_job *job, GError **error)
{
    const struct attachment_owner owner = owner_of(job);
    const json_t *files = json_object_get(job->body, "attachments");
    for (size_t i = 0; i < json_array_size(files); i++) {
        bool stands = false;
        const char *id = json_string_value(json_array_get(files, i));
        if (!attachment_stands(tx, id, &owner, &stands, error))
            return false;
        if (!stands)
            return case_job_refuse(job, "no_file", "没有这个附件", "there is no such file", error);
    }
    return true;
}

case_effect_fn case_effect_file(enum case_act act)
{
    return act == CASE_ATTACH ? attach : act == CASE_DETACH ? detach : NULL;
}
