#include "identity/contact.h"
#include "identity/mask.h"
#include <sodium.h>
#include <string.h>

static char *context_of(const char *source, const char *event)
{
    return g_strconcat("contact/", source, "/", event, NULL);
}

enum { LONGEST_BYTES = 300 };

static bool is_short(const char *text)
{
    return text && *text && strlen(text) <= LONGEST_BYTES;
}

static bool can_be(const char *name, const char *phone)
{
    const struct person_fields fields = {.name = name, .phone = phone};
    struct person_fault fault;
    return person_check(&fields, &fault);
}

/* Accounts and digests have Latin letters and figures alone; people here are written otherwise. */
static bool is_written_name(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c >= 0x80)
            return true;
    }
    return false;
}

char *contact_seal(const struct vault *vault, const char *source, const char *event,
                   const char *who, const char *name)
{
    const char *phone = is_short(who) && can_be(NULL, who) ? who : NULL;
    if (!is_short(name) || !can_be(name, NULL))
        name = NULL;
    if (!name && !phone && is_short(who) && is_written_name(who) && can_be(who, NULL))
        name = who;
    if (!name && !phone)
        return NULL;
    json_t *json = json_pack("{s:s?,s:s?}", "name", name, "phone", phone);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL; /* NULL: not UTF-8 */
    json_decref(json);
    if (!text)
        return NULL;
    g_autofree char *context = context_of(source, event);
    g_autoptr(GBytes) sealed = vault_seal_secret(vault, context, text);
    sodium_memzero(text, strlen(text));
    free(text);
    gsize size;
    const void *data = g_bytes_get_data(sealed, &size);
    return g_base64_encode(data, size);
}

bool contact_open(const struct vault *vault, const char *source, const char *event,
                  const char *sealed, struct contact *contact)
{
    *contact = (struct contact){NULL, NULL};
    g_autofree char *context = context_of(source, event);
    gsize size;
    g_autofree guchar *data = g_base64_decode(sealed, &size);
    char *text = vault_unseal_secret(vault, context, data, size);
    if (!text)
        return false;
    json_t *json = json_loads(text, 0, NULL);
    contact->name = g_strdup(json_string_value(json_object_get(json, "name")));
    contact->phone = g_strdup(json_string_value(json_object_get(json, "phone")));
    json_decref(json);
    sodium_memzero(text, strlen(text));
    g_free(text);
    return contact->name || contact->phone;
}

static void wipe(char **text)
{
    if (*text)
        sodium_memzero(*text, strlen(*text));
    g_clear_pointer(text, g_free);
}

void contact_clear(struct contact *contact)
{
    wipe(&contact->name);
    wipe(&contact->phone);
}
