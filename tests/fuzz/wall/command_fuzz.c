/* JSON from outside about cameras: a `play` of a browser, the fields of a camera as they are
 * posted, and what a media node says of one. Each is refused in words, or what was taken can be
 * shown. */
#include "wall/camera_csv.h"
#include "wall/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_play(const json_t *message)
{
    struct play_request request;
    const char *zh = NULL, *en = NULL;
    if (play_request_read(message, &request, &zh, &en)) {
        g_assert_cmpuint(request.stream, >=, 1);
        g_assert_cmpuint(request.stream, <=, G_MAXUINT16);
        g_assert_true(request.camera && request.profile && request.rung && request.format);
    } else {
        g_assert_true(zh && en);
    }
}

static void try_fields(json_t *body)
{
    struct camera *camera = camera_create(1);
    const char *key;
    json_t *value;
    bool fine = true;
    json_object_foreach(body, key, value)
    {
        char *zh = NULL, *en = NULL;
        const char *text = json_string_value(value);
        if (text && !camera_field_set(&camera->fields, key, text, &zh, &en)) {
            g_assert_true(zh && en);
            fine = false;
        }
        g_free(zh);
        g_free(en);
    }
    const char *column = NULL;
    char *zh = NULL, *en = NULL;
    if (fine && camera_fields_finish(&camera->fields, &column, &zh, &en)) {
        json_t *shown = camera_detail_json(camera);
        g_assert_nonnull(shown);
        json_decref(shown);
    }
    g_free(zh);
    g_free(en);
    camera_destroy(camera);
}

static void try_state(const json_t *entry)
{
    struct camera *camera = camera_create(1);
    camera_take_state(camera, entry);
    json_t *shown = camera_live_json(camera);
    g_assert_nonnull(shown);
    json_decref(shown);
    camera_destroy(camera);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *message = json_loadb((const char *)data, size, 0, NULL);
    if (!message)
        return 0;
    try_play(message);
    try_fields(message);
    try_state(message);
    json_decref(message);
    return 0;
}
