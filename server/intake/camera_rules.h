/* What a camera's state means as an event. Pure; any thread. */
#pragma once

struct camera_fault {
    const char *type; /* of config/rules.json */
    const char *zh, *en;
};

enum camera_verdict {
    CAMERA_WELL,    /* it shows pictures, or nobody wants any: what was raised ends */
    CAMERA_ILL,     /* *fault says how */
    CAMERA_UNKNOWN, /* nothing is known at the moment: what was said stays */
};

/* Codes of docs/camera-states.md; `reason` NULL: none. *fault gets something static when ill. */
enum camera_verdict camera_judge(const char *state, const char *reason,
                                 const struct camera_fault **fault);

/* Every type that a fault can have; static, NULL-terminated. */
const char *const *camera_fault_types(void);
