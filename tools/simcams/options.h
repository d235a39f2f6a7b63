/* The command line of simcams. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum auth_mode {
    AUTH_NONE,
    AUTH_BASIC,
    AUTH_DIGEST,
    AUTH_MIXED, /* by camera number modulo 3: none, Basic, Digest */
};

struct options {
    int cameras; /* 0: as many as the list has */
    int port;
    char *listen;
    char *list;
    char *clips;
    double h265_share;
    int seed;
    double rate;
    int gop;
    enum auth_mode auth;
    char *user;
    char *password;
    char *control;
    char *ready_file;
    bool packets_apart;
    int main_width_px, main_height_px; /* what the main clips must be; 0: any */
    int session_timeout_s;
};

/* Parses argv (as main has it). On false, `error` says what a person must change.
 * options_clear() is needed in both cases. */
bool options_parse(struct options *options, int argc, char **argv, GError **error);

void options_clear(struct options *options);
