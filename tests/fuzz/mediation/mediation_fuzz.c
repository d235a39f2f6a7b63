/* What browsers say of seats and of the screening; ids and names of rooms. */
#include "mediation/acts.h"
#include "mediation/room_rules.h"
#include "mediation/words.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_seat(const struct meeting *meeting, const json_t *in)
{
    struct person_fault fault = {0};
    char **phones = NULL;
    struct seat *seat = act_seat_new(meeting, in, "王倩", &phones, &fault);
    g_assert(seat || (fault.field && fault.zh && fault.en));
    if (seat) {
        g_autofree char *title = seat_title(seat, false);
        g_assert(seat->people->len >= 1 && *title);
        room_keeps_out(meeting, seat, json_string_value(json_object_get(in, "room")));
    }
    seat_free(seat);
    g_strfreev(phones);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct words *words;
    static struct meeting *meetings[2];
    bool sensitive;
    json_t *in = json_loadb((const char *)data, size, 0, NULL);
    if (!words) {
        words = words_create(NULL, NULL);
        for (int i = 0; i < 2; i++) {
            meetings[i] = meeting_new();
            meetings[i]->kind = i ? MEETING_TALK : MEETING_MEDIATION;
        }
    }
    if (json_is_object(in)) {
        try_seat(meetings[0], in);
        try_seat(meetings[1], in);
        words_screening_check(words, json_object_get(in, "answers"), &sensitive);
        meeting_line_good(json_string_value(json_object_get(in, "place")), 20);
    }
    json_decref(in);
    return 0;
}
