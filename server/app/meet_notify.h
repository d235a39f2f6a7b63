/* Where notifications and cases meet: what each does for the other. */
#pragma once
#include "notify/notify.h"

extern const struct notify_cases meet_notify_cases;
