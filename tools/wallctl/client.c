#include "wallctl/client.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool fits =
        g_strlcpy(address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path;
    if (!fits)
        errno = ENAMETOOLONG;
    if (fits && fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    g_set_error(error, CLIENT_ERROR, CLIENT_NO_SERVER, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool send_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Reads lines until one is an answer. */
static json_t *read_answer(FILE *in, void (*progress)(const json_t *progress))
{
    char *line = NULL;
    size_t room = 0;
    json_t *answer = NULL;
    ssize_t size;
    while (!answer && (size = getline(&line, &room, in)) > 0) {
        json_t *message = json_loadb(line, (size_t)size, 0, NULL);
        if (json_object_get(message, "ok"))
            answer = json_incref(message);
        else if (progress && json_object_get(message, "progress"))
            progress(json_object_get(message, "progress"));
        json_decref(message);
    }
    free(line);
    return answer;
}

json_t *client_ask(const char *socket_path, const char *cmd, json_t *args,
                   void (*progress)(const json_t *progress), GError **error)
{
    json_t *request = json_pack("{s:s,s:o}", "cmd", cmd, "args", args);
    g_autofree char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    int fd = connect_to(socket_path, error);
    if (fd < 0)
        return NULL;
    json_t *answer = NULL;
    FILE *in = fdopen(fd, "r");
    if (send_all(fd, text, strlen(text)) && send_all(fd, "\n", 1))
        answer = read_answer(in, progress);
    fclose(in);
    if (!answer)
        g_set_error(error, CLIENT_ERROR, CLIENT_NO_ANSWER, "%s", socket_path);
    return answer;
}
