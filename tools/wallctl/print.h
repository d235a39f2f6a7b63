/* Answers of the server as people read them. Pure. */
#pragma once
#include "wallctl/arguments.h"

/* Any object: one line a value, names joined by dots. */
void print_status(const json_t *data, enum language language, GString *out);
void print_cameras(const json_t *data, enum language language, GString *out);
void print_import(const json_t *data, enum language language, GString *out);
void print_users(const json_t *data, enum language language, GString *out);
void print_user(const json_t *data, enum language language, GString *out);
void print_password(const json_t *data, enum language language, GString *out);
