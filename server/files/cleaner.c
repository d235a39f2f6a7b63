#include "files/cleaner.h"
#include "common/clock.h"
#include "common/log.h"
#include "files/file_exchange.h"
#include "files/file_write.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of decoding and turning: twice the pixels of four bytes each, and the libraries. */
enum { ABOVE_STANDARD = 10, MEMORY_BASE_MB = 256, BYTES_A_PIXEL = 10 };

extern char **environ;

static const struct file_refusal damaged = {"damaged", "图片已损坏，无法读取",
                                            "The picture is damaged and cannot be read"};
static const struct file_refusal too_many = {"too_many_pixels", "图片的像素过多",
                                             "The picture has too many pixels"};
static const struct file_refusal too_large = {"too_large", "文件过大", "The file is too large"};
static const struct file_refusal moving = {"file_kind", "不支持动图", "Animations are not taken"};
static const struct file_refusal busy = {"busy", "服务器暂时无法处理图片，请稍后再试",
                                         "The server cannot treat pictures now, try again later"};

void cleaned_clear(struct cleaned *cleaned)
{
    g_clear_pointer(&cleaned->content, g_bytes_unref);
    g_clear_pointer(&cleaned->thumb, g_bytes_unref);
}

/* --- townwall-file */

/* A memory file above the standard descriptors; −1: none. */
static int make_memory(const char *name)
{
    int made = memfd_create(name, MFD_CLOEXEC);
    int moved = made >= 0 ? fcntl(made, F_DUPFD_CLOEXEC, ABOVE_STANDARD) : -1;
    if (made >= 0)
        close(made);
    return moved;
}

static bool start(const struct cleaner_options *options, enum file_kind kind, int in, int out,
                  pid_t *pid)
{
    char pixels[24], memory[24];
    g_snprintf(pixels, sizeof pixels, "%" G_GUINT64_FORMAT, options->megapixels);
    g_snprintf(memory, sizeof memory, "%" G_GUINT64_FORMAT,
               MEMORY_BASE_MB + options->megapixels * BYTES_A_PIXEL);
    char *arguments[] = {(char *)"townwall-file", (char *)file_kind_info(kind)->name, pixels,
                         memory, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, FILE_FD_IN);
    posix_spawn_file_actions_adddup2(&actions, out, FILE_FD_OUT);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn(pid, options->program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed)
        log_error("files", "%s cannot be started: %s", options->program, g_strerror(failed));
    return failed == 0;
}

/* Waits for its end; kills it when its time is over. Returned: it ended well. */
static bool wait_for(pid_t pid, gint64 deadline_us)
{
    int status = 0, fd = pidfd_open(pid, 0);
    gint64 until_us = clock_mono_us() + deadline_us;
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    int ready = 0;
    while (fd >= 0 && ready == 0 && clock_mono_us() < until_us) {
        ready = poll(&poller, 1, (int)((until_us - clock_mono_us()) / 1000) + 1);
        if (ready < 0 && errno == EINTR)
            ready = 0;
    }
    if (ready <= 0)
        kill(pid, SIGKILL);
    if (fd >= 0)
        close(fd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!fine)
        log_warn("files", "townwall-file ended with %s %d on an uploaded picture",
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return fine;
}

/* Believes nothing of what was left at `fd`. */
static bool read_answer(int fd, struct file_answer *head, GBytes **picture, GBytes **thumb)
{
    struct stat about;
    if (fstat(fd, &about) != 0 || about.st_size < (off_t)sizeof *head ||
        pread(fd, head, sizeof *head, 0) != (ssize_t)sizeof *head)
        return false;
    if (head->result != FILE_RESULT_DONE)
        return true;
    gsize room = (gsize)about.st_size - sizeof *head;
    if (!head->picture_bytes || !head->thumb_bytes || head->picture_bytes > FILE_ANSWER_BYTES ||
        head->thumb_bytes > FILE_ANSWER_BYTES ||
        room != (gsize)head->picture_bytes + head->thumb_bytes ||
        (head->kind != FILE_JPEG && head->kind != FILE_PNG))
        return false;
    uint8_t *bytes = g_try_malloc(room);
    if (!bytes || pread(fd, bytes, room, sizeof *head) != (ssize_t)room) {
        g_free(bytes);
        return false;
    }
    g_autoptr(GBytes) all = g_bytes_new_take(bytes, room);
    *picture = g_bytes_new(bytes, head->picture_bytes);
    *thumb = g_bytes_new(bytes + head->picture_bytes, head->thumb_bytes);
    return true;
}

/* Does it begin as what it says it is? */
static bool is_kind(GBytes *bytes, enum file_kind wanted)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    enum file_kind kind;
    struct file_refusal refusal;
    return file_kind_of(data, size, &kind, &refusal) && kind == wanted;
}

static bool refuse(struct file_refusal *refusal, const struct file_refusal *why)
{
    *refusal = *why;
    return false;
}

static bool take_answer(int fd, struct cleaned *cleaned, struct file_refusal *refusal)
{
    struct file_answer head = {0};
    if (!read_answer(fd, &head, &cleaned->content, &cleaned->thumb))
        return refuse(refusal, &damaged);
    if (head.result != FILE_RESULT_DONE)
        return refuse(refusal, head.result == FILE_RESULT_TOO_LARGE ? &too_many
                               : head.result == FILE_RESULT_MOVING  ? &moving
                                                                    : &damaged);
    cleaned->kind = (enum file_kind)head.kind;
    cleaned->width_px = head.width_px;
    cleaned->height_px = head.height_px;
    if (is_kind(cleaned->content, cleaned->kind) && is_kind(cleaned->thumb, FILE_JPEG))
        return true;
    cleaned_clear(cleaned);
    return refuse(refusal, &damaged);
}

static bool clean_picture(const struct cleaner_options *options, const uint8_t *data, size_t size,
                          struct cleaned *cleaned, struct file_refusal *refusal)
{
    int in = make_memory("upload"), out = make_memory("cleaned");
    pid_t pid = 0;
    bool started = in >= 0 && out >= 0 && file_write_all(in, data, size) &&
                   start(options, cleaned->kind, in, out, &pid);
    bool fine = false;
    if (!started)
        refuse(refusal, &busy);
    else if (!wait_for(pid, options->deadline_us))
        refuse(refusal, &damaged);
    else
        fine = take_answer(out, cleaned, refusal);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return fine;
}

/* --- what has no decoder */

static bool clean_video(const uint8_t *data, size_t size, struct cleaned *cleaned,
                        struct file_refusal *refusal)
{
    uint8_t *copy = g_try_malloc(size);
    if (!copy)
        return refuse(refusal, &busy);
    memcpy(copy, data, size);
    if (!mp4_clean(copy, size)) {
        g_free(copy);
        return refuse(refusal, &damaged);
    }
    cleaned->content = g_bytes_new_take(copy, size);
    return true;
}

bool cleaner_run(const struct cleaner_options *options, const uint8_t *data, size_t size,
                 struct cleaned *cleaned, struct file_refusal *refusal)
{
    *cleaned = (struct cleaned){0};
    if (!file_kind_of(data, size, &cleaned->kind, refusal))
        return false;
    if (size > options->most_bytes[file_kind_info(cleaned->kind)->class])
        return refuse(refusal, &too_large);
    switch (file_kind_info(cleaned->kind)->class) {
    case CLASS_PICTURE:
        return clean_picture(options, data, size, cleaned, refusal);
    case CLASS_VIDEO:
        return clean_video(data, size, cleaned, refusal);
    default:
        break;
    }
    if (cleaned->kind == FILE_TEXT) {
        size_t length;
        char *text = text_to_utf8(data, size, &length);
        cleaned->content = g_bytes_new_take(text, length);
    } else {
        cleaned->content = g_bytes_new(data, size);
    }
    return true;
}
