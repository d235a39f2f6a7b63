#include "rtc/rtc_ice.h"
#include "rtc/signal.h"
#include <string.h>

#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\n"
#define VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"

static bool is_right(json_t *message)
{
    struct signal signal;
    bool right = signal_read(message, &signal);
    json_decref(message);
    return right;
}

/* Takes `streams`. */
static json_t *publish(const char *sdp, json_t *streams)
{
    return json_pack("{s:s,s:i,s:s,s:o}", "op", "publish", "gen", 1, "sdp", sdp, "streams",
                     streams);
}

static json_t *named(const char *mid, const char *kind)
{
    return json_pack("{s:s,s:s}", "mid", mid, "kind", kind);
}

static void test_publish(void)
{
    g_assert_true(is_right(publish(AUDIO, json_pack("[o]", named("0", "mic")))));
    g_assert_true(is_right(
        publish(AUDIO VIDEO, json_pack("[o,o]", named("0", "mic"), named("1", "screen")))));
    /* what is sent without a name, or under a wrong one, or twice */
    g_assert_false(is_right(publish(AUDIO VIDEO, json_pack("[o]", named("0", "mic")))));
    g_assert_false(is_right(publish(AUDIO, json_pack("[o]", named("0", "camera")))));
    g_assert_false(is_right(publish(AUDIO, json_pack("[o]", named("1", "mic")))));
    g_assert_false(is_right(
        publish(AUDIO VIDEO, json_pack("[o,o]", named("0", "mic"), named("0", "camera")))));
    g_assert_false(
        is_right(publish(VIDEO "m=video 9 x\r\na=mid:2\r\n",
                         json_pack("[o,o]", named("1", "camera"), named("2", "camera")))));
    g_assert_false(is_right(publish("m=application 9 x\r\na=mid:0\r\n", json_array())));
    g_assert_false(is_right(publish(AUDIO AUDIO, json_pack("[o]", named("0", "mic")))));
    g_assert_false(is_right(publish("m=audio 9 x\r\n", json_array())));
    /* lines that send nothing need no name */
    g_assert_true(is_right(publish("m=video 9 x\r\na=mid:5\r\na=inactive\r\n", json_array())));
    g_assert_true(is_right(publish("m=video 0 x\r\na=mid:5\r\n", json_array())));
}

static void test_others(void)
{
    g_assert_true(is_right(json_pack("{s:s,s:i}", "op", "hello", "gen", 0)));
    g_assert_false(is_right(json_pack("{s:s}", "op", "hello")));
    g_assert_false(is_right(json_pack("{s:s,s:i}", "op", "hello", "gen", -1)));
    g_assert_false(is_right(json_pack("{s:s,s:i}", "op", "destroy", "gen", 1)));
    g_assert_true(is_right(json_pack("{s:s,s:i,s:i}", "op", "line", "gen", 1, "delay_ms", 180)));
    g_assert_false(is_right(json_pack("{s:s,s:i,s:i}", "op", "line", "gen", 1, "delay_ms", -1)));
    g_assert_false(is_right(json_pack("{s:s,s:i,s:s}", "op", "line", "gen", 1, "delay_ms", "180")));
    g_assert_true(is_right(json_pack("{s:s,s:i,s:s,s:s,s:i}", "op", "layers", "gen", 1, "seat", "a",
                                     "kind", "camera", "substream", 2)));
    g_assert_false(is_right(json_pack("{s:s,s:i,s:s,s:s,s:i}", "op", "layers", "gen", 1, "seat",
                                      "a", "kind", "camera", "substream", 3)));
    g_assert_false(is_right(
        json_pack("{s:s,s:i,s:s,s:n}", "op", "trickle", "gen", 1, "pc", "all", "candidate")));
    g_assert_true(is_right(
        json_pack("{s:s,s:i,s:s,s:n}", "op", "trickle", "gen", 1, "pc", "recv", "candidate")));
    g_autofree char *wide = g_strnfill(SIGNAL_SDP_BYTES + 1, 'x');
    g_assert_false(
        is_right(json_pack("{s:s,s:i,s:i,s:s}", "op", "answer", "gen", 1, "n", 1, "sdp", wide)));
}

/* The login that a TURN server computes from the same secret:
 * printf 86400:a1 | openssl dgst -sha1 -hmac north -binary | base64 */
static void test_ice(void)
{
    json_t *set = json_pack("[{s:s},{s:s,s:s}]", "urls", "stun:turn.example.org", "urls",
                            "turn:turn.example.org", "secret", "north");
    json_t *told = rtc_ice_servers(set, "a1", 0);
    const json_t *turn = json_array_get(told, 1);
    g_assert_cmpuint(json_array_size(told), ==, 2);
    g_assert_null(json_object_get(turn, "secret"));
    g_assert_cmpstr(json_string_value(json_object_get(turn, "username")), ==, "86400:a1");
    g_assert_cmpstr(json_string_value(json_object_get(turn, "credential")), ==,
                    "XBdmHO1ib5OA6cSRhnyKpEs0GRQ=");
    json_decref(told);
    json_decref(set);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtc/signal/publish", test_publish);
    g_test_add_func("/rtc/signal/others", test_others);
    g_test_add_func("/rtc/ice", test_ice);
    return g_test_run();
}
