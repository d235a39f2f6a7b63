#include "simcams/dialogue.h"
#include "simcams/auth.h"
#include <string.h>

static void reply(struct client *client, const struct rtsp_input *request, const char *status,
                  const char *headers, const char *body)
{
    const struct span cseq = rtsp_header(request, "CSeq");
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "RTSP/1.0 %s\r\nCSeq: %.*s\r\nServer: simcams\r\n", status,
                           (int)cseq.size_bytes, cseq.text);
    if (client->session)
        g_string_append_printf(text, "Session: %s;timeout=%d\r\n", client->session,
                               client->server->options->session_timeout_s);
    if (headers)
        g_string_append(text, headers);
    if (body)
        g_string_append_printf(text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    else
        g_string_append(text, "\r\n");
    client_write(client, (const uint8_t *)text->str, text->len);
}

/* The request URL without query and trailing slash. */
static char *base_url(struct span url)
{
    const char *end = memchr(url.text, '?', url.size_bytes);
    size_t size_bytes = end ? (size_t)(end - url.text) : url.size_bytes;
    while (size_bytes && url.text[size_bytes - 1] == '/')
        size_bytes--;
    return g_strndup(url.text, size_bytes);
}

static char *describe_clip(const struct client *client, const struct camera *camera,
                           const struct clip *clip)
{
    g_autofree char *parameters = clip_format_parameters(clip);
    return g_strdup_printf("v=0\r\n"
                           "o=- %u 1 IN IP4 127.0.0.1\r\n"
                           "s=camera %u %s\r\n"
                           "c=IN IP4 0.0.0.0\r\n"
                           "t=0 0\r\n"
                           "a=control:*\r\n"
                           "a=range:npt=now-\r\n"
                           "m=video 0 RTP/AVP %d\r\n"
                           "a=rtpmap:%d %s/90000\r\n"
                           "a=fmtp:%d %s\r\n"
                           "a=framerate:%g\r\n"
                           "a=control:trackID=0\r\n",
                           camera->number, camera->number, camera->scene, RTP_PAYLOAD_TYPE,
                           RTP_PAYLOAD_TYPE, codec_name(clip->codec), RTP_PAYLOAD_TYPE, parameters,
                           client->server->options->rate);
}

static void answer_options(struct client *client, const struct rtsp_input *request)
{
    reply(client, request, "200 OK",
          "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN\r\n",
          NULL);
}

static void refuse_password(struct client *client, const struct rtsp_input *request,
                            const struct camera *camera)
{
    enum auth_mode kind = auth_of_camera(client->server->options->auth, camera->number);
    if (kind == AUTH_NONE)
        kind = AUTH_DIGEST;
    if (!client->nonce)
        client->nonce = g_strdup_printf("%08x%08x%08x%08x", g_random_int(), g_random_int(),
                                        g_random_int(), g_random_int());
    g_autofree char *challenge = auth_challenge(kind, client->nonce);
    reply(client, request, "401 Unauthorized", challenge, NULL);
}

/* Whether the camera deals with this request at all; answers itself if not. */
static bool admit(struct client *client, const struct rtsp_input *request,
                  const struct camera *camera)
{
    struct server *server = client->server;
    const struct options *options = server->options;
    const struct faults *faults = &camera->faults;
    if (fault_active(faults, FAULT_REFUSE)) {
        client_close(client, true);
        return false;
    }
    if (fault_active(faults, FAULT_SLOW)) {
        if (!client->hold_until_us)
            g_ptr_array_add(server->held, client);
        client->hold_until_us = server->now_us + (int64_t)(faults->value[FAULT_SLOW] * 1000);
    }
    const enum auth_mode kind = auth_of_camera(options->auth, camera->number);
    if (fault_active(faults, FAULT_UNAUTHORIZED) ||
        !auth_check(kind, rtsp_header(request, "Authorization"), request->method, options->user,
                    options->password, client->nonce)) {
        refuse_password(client, request, camera);
        return false;
    }
    return true;
}

/* The camera and profile that the request is about; NULL if the request has been answered: there is
 * none, or it does not admit the client. */
static struct camera *find_target(struct client *client, const struct rtsp_input *request,
                                  enum profile *profile)
{
    struct rtsp_target target;
    struct camera *camera = NULL;
    if (rtsp_target_parse(request->url, &target))
        camera = fleet_camera(client->server->fleet, target.camera);
    if (!camera) {
        reply(client, request, "404 Not Found", NULL, NULL);
        return NULL;
    }
    *profile = target.main ? PROFILE_MAIN : PROFILE_SUB;
    return admit(client, request, camera) ? camera : NULL;
}

static void answer_describe(struct client *client, const struct rtsp_input *request)
{
    enum profile profile;
    const struct camera *camera = find_target(client, request, &profile);
    if (!camera)
        return;
    g_autofree char *url = base_url(request->url);
    g_autofree char *headers =
        g_strdup_printf("Content-Type: application/sdp\r\nContent-Base: %s/\r\n", url);
    g_autofree char *sdp = describe_clip(client, camera, camera->clips[profile]);
    reply(client, request, "200 OK", headers, sdp);
}

static char *transport_text(const struct client *client)
{
    const struct rtsp_transport *transport = &client->transport;
    if (transport->kind == TRANSPORT_TCP)
        return g_strdup_printf("Transport: RTP/AVP/TCP;unicast;interleaved=%u-%u;ssrc=%08X\r\n",
                               transport->channel, transport->channel + 1, client->ssrc);
    const unsigned port = client->server->media.rtp_port;
    return g_strdup_printf("Transport: RTP/AVP;unicast;client_port=%u-%u;server_port=%u-%u;"
                           "ssrc=%08X\r\n",
                           transport->client_port, transport->client_rtcp_port, port, port + 1,
                           client->ssrc);
}

/* Sessions of all cameras that share the limit of their platform. */
static unsigned platform_sessions(const struct server *server)
{
    unsigned count = 0;
    GHashTableIter iter;
    gpointer client;
    g_hash_table_iter_init(&iter, server->by_ssrc);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        count += fault_active(&((struct client *)client)->camera->faults, FAULT_PLATFORM);
    return count;
}

static bool is_full(const struct server *server, const struct camera *camera)
{
    const struct faults *faults = &camera->faults;
    if (fault_active(faults, FAULT_LIMIT) &&
        camera->playing >= (unsigned)faults->value[FAULT_LIMIT])
        return true;
    return fault_active(faults, FAULT_PLATFORM) &&
           platform_sessions(server) >= (unsigned)faults->value[FAULT_PLATFORM];
}

static void answer_setup(struct client *client, const struct rtsp_input *request)
{
    enum profile profile;
    struct camera *camera = find_target(client, request, &profile);
    if (!camera)
        return;
    const struct rtsp_transport transport = rtsp_transport_parse(rtsp_header(request, "Transport"));
    if (transport.kind == TRANSPORT_NONE) {
        reply(client, request, "461 Unsupported Transport", NULL, NULL);
        return;
    }
    if (is_full(client->server, camera)) {
        reply(client, request, "453 Not Enough Bandwidth", NULL, NULL);
        return;
    }
    if (client->playing) {
        reply(client, request, "455 Method Not Valid In This State", NULL, NULL);
        return;
    }
    struct server *server = client->server;
    client->camera = camera;
    client->profile = profile;
    client->transport = transport;
    client->slot = wheel_slot(&server->wheel, camera->number - 1, server->fleet->cameras->len);
    do
        client->ssrc = g_rand_int(server->random);
    while (client->ssrc == 0 ||
           g_hash_table_contains(server->by_ssrc, GUINT_TO_POINTER(client->ssrc)));
    client->seq = (uint16_t)g_rand_int(server->random);
    if (!client->session)
        client->session = g_strdup_printf("%08X%08X", g_random_int(), g_random_int());
    g_autofree char *headers = transport_text(client);
    reply(client, request, "200 OK", headers, NULL);
}

static void start_playing(struct client *client)
{
    struct server *server = client->server;
    client->playing = true;
    client->clip = NULL;
    client->show = SHOW_CLIP;
    client->desyncs_done = client->camera->desyncs;
    client->next_report_us = 0;
    client->camera->playing++;
    g_hash_table_insert(server->by_ssrc, GUINT_TO_POINTER(client->ssrc), client);
    wheel_add(&server->wheel, client->slot, client);
}

static void answer_play(struct client *client, const struct rtsp_input *request)
{
    if (!client->camera) {
        reply(client, request, "455 Method Not Valid In This State", NULL, NULL);
        return;
    }
    if (!admit(client, request, client->camera))
        return;
    const struct server *server = client->server;
    const uint32_t timestamp = media_timestamp(server, client->camera->timestamp_base,
                                               wheel_next_cycle(&server->wheel, client->slot));
    g_autofree char *url = base_url(request->url);
    g_autofree char *headers =
        g_strdup_printf("Range: npt=now-\r\nRTP-Info: url=%s/trackID=0;seq=%u;rtptime=%u\r\n", url,
                        client->seq, timestamp);
    reply(client, request, "200 OK", headers, NULL);
    if (!client->playing)
        start_playing(client);
}

static void answer_ok(struct client *client, const struct rtsp_input *request)
{
    reply(client, request, "200 OK", NULL, NULL);
}

static void answer_not_implemented(struct client *client, const struct rtsp_input *request)
{
    reply(client, request, "501 Not Implemented", NULL, NULL);
}

static void answer_teardown(struct client *client, const struct rtsp_input *request)
{
    dialogue_stop(client);
    client->close_when_written = true;
    reply(client, request, "200 OK", NULL, NULL);
}

void dialogue_stop(struct client *client)
{
    if (!client->playing)
        return;
    client->playing = false;
    client->camera->playing--;
    g_hash_table_remove(client->server->by_ssrc, GUINT_TO_POINTER(client->ssrc));
    wheel_remove(&client->server->wheel, client->slot, client);
}

void dialogue_answer(struct client *client, const struct rtsp_input *request)
{
    static const struct {
        const char *name;
        void (*answer)(struct client *client, const struct rtsp_input *request);
    } methods[] = {
        {"OPTIONS", answer_options},   {"DESCRIBE", answer_describe},
        {"SETUP", answer_setup},       {"PLAY", answer_play},
        {"GET_PARAMETER", answer_ok},  {"SET_PARAMETER", answer_ok},
        {"TEARDOWN", answer_teardown}, {"PAUSE", answer_not_implemented},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (!span_is(request->method, methods[i].name))
            continue;
        methods[i].answer(client, request);
        return;
    }
    answer_not_implemented(client, request);
}
