/* Answers of the server as people read them. Pure. */
#pragma once
#include "wallctl/arguments.h"

/* Any object: one line a value, names joined by dots. */
void print_status(const json_t *data, enum language language, GString *out);
void print_cameras(const json_t *data, enum language language, GString *out);
void print_import(const json_t *data, enum language language, GString *out);
void print_users(const json_t *data, enum language language, GString *out);
void print_findings(const json_t *data, enum language language, GString *out);
void print_user(const json_t *data, enum language language, GString *out);
void print_password(const json_t *data, enum language language, GString *out);
void print_rejected(const json_t *data, enum language language, GString *out);
void print_retried(const json_t *data, enum language language, GString *out);
void print_dropped(const json_t *data, enum language language, GString *out);
void print_sensors(const json_t *data, enum language language, GString *out);
void print_sensor_import(const json_t *data, enum language language, GString *out);
void print_feeds(const json_t *data, enum language language, GString *out);
/* The feed, and alone on the last line its key when there is a new one. */
void print_feed_key(const json_t *data, enum language language, GString *out);
void print_feed_removed(const json_t *data, enum language language, GString *out);
void print_feed_import(const json_t *data, enum language language, GString *out);
void print_backup(const json_t *data, enum language language, GString *out);
void print_restore(const json_t *data, enum language language, GString *out);
/* Events that were set aside. */
void print_poison(const json_t *data, enum language language, GString *out);
void print_departments(const json_t *data, enum language language, GString *out);
void print_routes(const json_t *data, enum language language, GString *out);
/* Messages to gateways. */
void print_deliveries(const json_t *data, enum language language, GString *out);
/* people.c: the lines of the export; what a check found; the key. */
void print_audit_export(const json_t *data, enum language language, GString *out);
void print_audit_verify(const json_t *data, enum language language, GString *out);
void print_audit_key(const json_t *data, enum language language, GString *out);
