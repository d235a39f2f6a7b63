/* An RTSP server by gst-rtsp-server: /h264, /h265, /cam, /pcma and /aac (the sound stands first in
 * the description) and, with --file, /file, which begins again at its end. TCP, UDP, HTTP tunnels.
 *
 *   gst-rtsp-peer --ready-file FILE [--user U --password P [--basic]] [--tls CERTIFICATE.pem]
 *       [--address A] [--port P] [--udp-only] [--file V.264] [--b-frames N]
 *       [--codec h264|h265] [--width PX] [--height PX] [--mtu BYTES]
 *
 * /cam has the given codec and size. FILE gets {"port": N} when it listens, on 127.0.0.1 unless
 * told otherwise. */
#include <gst/rtsp-server/rtsp-server.h>
#include <stdbool.h>
#include <stdio.h>

struct arguments {
    char *ready, *user, *password, *file, *tls, *address, *codec;
    gboolean udp_only, basic;
    int b_frames, port, mtu, width, height;
};

static GstRTSPMediaFactory *mount(GstRTSPServer *server, const char *path, const char *launch,
                                  const struct arguments *arguments)
{
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launch);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (arguments->udp_only)
        gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_UDP);
    if (arguments->user || arguments->tls)
        gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                        G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                        G_TYPE_BOOLEAN, TRUE, NULL);
    gst_rtsp_mount_points_add_factory(mounts, path, factory);
    g_object_unref(mounts);
    return factory; /* the server's */
}

static bool guard(GstRTSPServer *server, const struct arguments *arguments)
{
    GstRTSPAuth *auth = gst_rtsp_auth_new();
    GstRTSPToken *token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);
    g_autoptr(GError) error = NULL;
    if (arguments->user && arguments->basic) {
        g_autofree char *basic = gst_rtsp_auth_make_basic(arguments->user, arguments->password);
        gst_rtsp_auth_add_basic(auth, basic, token);
    } else if (arguments->user) {
        gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
        gst_rtsp_auth_add_digest(auth, arguments->user, arguments->password, token);
    } else {
        gst_rtsp_auth_set_default_token(auth, token);
    }
    gst_rtsp_token_unref(token);
    if (arguments->tls) {
        g_autoptr(GTlsCertificate) certificate =
            g_tls_certificate_new_from_file(arguments->tls, &error);
        if (!certificate)
            fprintf(stderr, "gst-rtsp-peer: %s\n", error->message);
        else
            gst_rtsp_auth_set_tls_certificate(auth, certificate);
    }
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);
    return !error;
}

static char *picture_of(int width, int height)
{
    return g_strdup_printf(
        "videotestsrc is-live=true ! video/x-raw,format=I420,width=%d,height=%d,framerate=15/1",
        width, height);
}

/* A camera of any codec and size, and cameras with sound. */
static void mount_others(GstRTSPServer *server, const struct arguments *arguments)
{
    bool h265 = !g_strcmp0(arguments->codec, "h265");
    g_autofree char *picture = picture_of(arguments->width, arguments->height);
    g_autofree char *encoder = h265 ? g_strdup("x265enc speed-preset=ultrafast key-int-max=15 "
                                               "option-string=bframes=0:pools=1 ! rtph265pay")
                                    : g_strdup("x264enc tune=zerolatency "
                                               "speed-preset=ultrafast key-int-max=15 threads=1 "
                                               "! rtph264pay");
    g_autofree char *video = g_strdup_printf("%s ! %s mtu=%d", picture, encoder, arguments->mtu);
    g_autofree char *cam = g_strdup_printf("( %s name=pay0 pt=96 )", video);
    g_autofree char *pcma = g_strdup_printf(
        "( audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay "
        "name=pay0 pt=8 %s name=pay1 pt=96 )",
        video);
    g_autofree char *aac = g_strdup_printf(
        "( audiotestsrc is-live=true ! audioconvert ! avenc_aac ! rtpmp4gpay name=pay0 pt=96 %s "
        "name=pay1 pt=97 )",
        video);
    mount(server, "/cam", cam, arguments);
    mount(server, "/pcma", pcma, arguments);
    mount(server, "/aac", aac, arguments);
}

/* A raw file tells no times of showing: RTP would stand still. */
static GstPadProbeReturn show_when_decoded(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    (void)pad;
    (void)user;
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    if (!GST_BUFFER_PTS_IS_VALID(buffer))
        GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer);
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    return GST_PAD_PROBE_OK;
}

static void configure_file(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer user)
{
    (void)factory;
    (void)user;
    g_autoptr(GstElement) bin = gst_rtsp_media_get_element(media);
    g_autoptr(GstElement) parse = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "parse");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(parse, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, show_when_decoded, NULL, NULL);
}

static void mount_all(GstRTSPServer *server, const struct arguments *arguments)
{
    g_autofree char *picture = picture_of(320, 180);
    g_autofree char *h264 = g_strdup_printf(
        "( %s ! x264enc speed-preset=veryfast key-int-max=15 b-adapt=false "
        "bframes=%d threads=1 ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 )",
        picture, arguments->b_frames);
    g_autofree char *h265 =
        g_strdup_printf("( %s ! x265enc speed-preset=ultrafast key-int-max=15 "
                        "option-string=bframes=0:pools=1 ! rtph265pay name=pay0 pt=97 )",
                        picture);
    mount(server, "/h264", h264, arguments);
    mount(server, "/h265", h265, arguments);
    if (arguments->file) {
        g_autofree char *file =
            g_strdup_printf("( multifilesrc location=\"%s\" loop=true "
                            "caps=\"video/x-h264,stream-format=byte-stream,framerate=25/1\" "
                            "! h264parse name=parse ! rtph264pay name=pay0 pt=96 )",
                            arguments->file);
        GstRTSPMediaFactory *factory = mount(server, "/file", file, arguments);
        g_signal_connect(factory, "media-configure", G_CALLBACK(configure_file), NULL);
    }
}

static bool parse(struct arguments *arguments, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"ready-file", 0, 0, G_OPTION_ARG_FILENAME, &arguments->ready, "Written when ready", "F"},
        {"user", 0, 0, G_OPTION_ARG_STRING, &arguments->user, "Digest user", "U"},
        {"password", 0, 0, G_OPTION_ARG_STRING, &arguments->password, "Digest password", "P"},
        {"udp-only", 0, 0, G_OPTION_ARG_NONE, &arguments->udp_only, "No TCP", NULL},
        {"basic", 0, 0, G_OPTION_ARG_NONE, &arguments->basic, "Basic instead of Digest", NULL},
        {"tls", 0, 0, G_OPTION_ARG_FILENAME, &arguments->tls, "Certificate and key", "PEM"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &arguments->address, "Where to listen", "A"},
        {"port", 0, 0, G_OPTION_ARG_INT, &arguments->port, "0: any free one", "P"},
        {"file", 0, 0, G_OPTION_ARG_FILENAME, &arguments->file, "H.264 file as /file", "F"},
        {"b-frames", 0, 0, G_OPTION_ARG_INT, &arguments->b_frames, "In /h264", "N"},
        {"mtu", 0, 0, G_OPTION_ARG_INT, &arguments->mtu, "Of /cam, /pcma, /aac", "BYTES"},
        {"codec", 0, 0, G_OPTION_ARG_STRING, &arguments->codec, "Of the same", "h264|h265"},
        {"width", 0, 0, G_OPTION_ARG_INT, &arguments->width, "Of the same", "PX"},
        {"height", 0, 0, G_OPTION_ARG_INT, &arguments->height, "Of the same", "PX"},
        {0},
    };
    GOptionContext *context = g_option_context_new("– serves test pictures");
    g_option_context_add_main_entries(context, entries, NULL);
    bool parsed = g_option_context_parse(context, &argc, &argv, NULL) && arguments->ready;
    g_option_context_free(context);
    return parsed;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.mtu = 1400, .width = 320, .height = 180};
    if (!parse(&arguments, argc, argv))
        return 2;
    gst_init(NULL, NULL);
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    GstRTSPServer *server = gst_rtsp_server_new();
    g_autofree char *service = g_strdup_printf("%d", arguments.port);
    gst_rtsp_server_set_address(server, arguments.address ? arguments.address : "127.0.0.1");
    gst_rtsp_server_set_service(server, service);
    mount_all(server, &arguments);
    mount_others(server, &arguments);
    if ((arguments.user || arguments.tls) && !guard(server, &arguments))
        return 1;
    if (!gst_rtsp_server_attach(server, NULL)) {
        fprintf(stderr, "gst-rtsp-peer: cannot listen\n");
        return 1;
    }
    g_autofree char *text =
        g_strdup_printf("{\"port\": %d}\n", gst_rtsp_server_get_bound_port(server));
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(arguments.ready, text, -1, &error)) {
        fprintf(stderr, "gst-rtsp-peer: %s\n", error->message);
        return 1;
    }
    g_main_loop_run(loop);
    return 0;
}
