/* RTSP inside of HTTP, as QuickTime does it and cameras know it: a GET whose answer never ends
 * carries what the camera sends, a POST whose body never ends carries, in base64, what we send;
 * both have the same x-sessioncookie. Internal to dialogue.c. */
#pragma once
#include <stdbool.h>

struct dialogue;

/* Connects both, with credentials when HTTP asks for them. false: the failure is set. */
bool tunnel_open(struct dialogue *dialogue);
