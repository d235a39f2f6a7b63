/* Mappings that come with the program: config/feeds. */
#include "intake/intake_private.h"
#include "intake/mapping.h"
#include <string.h>

#define SHIPPED(name)                                                                              \
    extern const unsigned char mapping_##name[];                                                   \
    extern const unsigned int mapping_##name##_len;
SHIPPED(public_security)
SHIPPED(traffic)
SHIPPED(petition)
SHIPPED(enforcement)
SHIPPED(dispute)
SHIPPED(livelihood)
SHIPPED(12345)
SHIPPED(csv)

static const char *const names[] = {"public_security", "traffic", "petition",
                                    "enforcement",     "dispute", "livelihood",
                                    "12345",           "csv",     NULL};
static const struct {
    const unsigned char *text;
    const unsigned int *size;
} texts[] = {
    {mapping_public_security, &mapping_public_security_len},
    {mapping_traffic, &mapping_traffic_len},
    {mapping_petition, &mapping_petition_len},
    {mapping_enforcement, &mapping_enforcement_len},
    {mapping_dispute, &mapping_dispute_len},
    {mapping_livelihood, &mapping_livelihood_len},
    {mapping_12345, &mapping_12345_len},
    {mapping_csv, &mapping_csv_len},
};

const char *const *mapping_names(void)
{
    return names;
}

static struct mapping *read_text(const char *text, size_t size, GError **error)
{
    json_error_t fault;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &fault);
    if (!json) {
        g_set_error(error, INTAKE_ERROR, 0, "not JSON: line %d: %s", fault.line, fault.text);
        return NULL;
    }
    struct mapping *mapping = mapping_read(json, error);
    json_decref(json);
    return mapping;
}

struct mapping *mapping_open(const char *text, GError **error)
{
    if (*text == '{')
        return read_text(text, strlen(text), error);
    for (guint i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0)
            return read_text((const char *)texts[i].text, *texts[i].size, error);
    g_set_error(error, INTAKE_ERROR, 0, "there is no shipped mapping \"%s\"", text);
    return NULL;
}
