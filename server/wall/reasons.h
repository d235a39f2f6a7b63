/* Words for codes (docs/camera-states.md and those of the WebSocket's `ended`). Pure. */
#pragma once

struct reason {
    const char *code, *zh, *en;
};
/* Never NULL: an unknown code has itself for words. Valid until the next call with an unknown one.
 */
const struct reason *reason_find(const char *code);
