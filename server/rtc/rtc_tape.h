/* Folders of recordings, and the program that makes one file of each. */
#pragma once
#include "rtc/rtc_private.h"

/* Returned: a name for a folder, g_free(). */
char *rtc_tape_name(const char *meeting, gint64 now_us, guint64 random);
/* Makes the folder and says in it whose it is. */
bool rtc_tape_begin(const char *folder, const char *meeting, const char *room);
/* Whose the files of a feed are. */
void rtc_tape_note(const char *folder, guint64 feed, const char *seat);
/* Makes one file of it, later; rtc_ops.recorded() tells. */
void rtc_tape_make(struct rtc *rtc, const char *folder);
/* The same for what was left by an end that nobody foresaw. */
void rtc_tape_make_left(struct rtc *rtc);
void rtc_tape_stop(struct rtc *rtc);
