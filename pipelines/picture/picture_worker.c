#include "picture/picture_worker.h"
#include "common/clock.h"
#include "common/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ABOVE_STANDARD = 10, RESTART_US = 1000000, STARVED_DEADLINES = 6 };

extern char **environ;

struct picture_worker {
    /* --- immutable */
    const char *program;
    char memory_mb[12];
    int64_t deadline_us;
    /* --- the asking thread */
    struct picture_shared *shared; /* of the process that runs */
    uint32_t number;               /* of the last order given to it */
    uint64_t charged_us;           /* of its processor time */
    int64_t not_before_us;         /* it could not be started: the next attempt */
    /* --- protected by lock */
    GMutex lock;
    pid_t pid;  /* 0: none */
    int socket; /* −1: none */
    bool interrupted;
    /* --- any thread, atomic */
    atomic_uint lost;
};

/* --- starting */

static void set_deadline(int fd, int64_t deadline_us)
{
    const struct timeval limit = {.tv_sec = deadline_us / 1000000,
                                  .tv_usec = deadline_us % 1000000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* Moves a descriptor out of the way of those that the process expects. */
static int above_standard(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    close(fd);
    return moved;
}

/* Returned: its end of the socket; −1: errno says why. */
static int spawn(struct picture_worker *worker, int shared_fd, pid_t *pid)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    int theirs = above_standard(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs, PICTURE_FD_SOCKET);
    posix_spawn_file_actions_adddup2(&actions, shared_fd, PICTURE_FD_SHARED);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char *arguments[] = {(char *)"townwall-picture", worker->memory_mb, NULL};
    int failed = posix_spawn(pid, worker->program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(theirs);
    if (!failed)
        return ends[0];
    close(ends[0]);
    errno = failed;
    return -1;
}

static bool map_shared(struct picture_worker *worker, int *fd)
{
    int made = memfd_create("picture", MFD_CLOEXEC);
    if (made < 0)
        return false;
    *fd = above_standard(made);
    if (*fd < 0 || ftruncate(*fd, sizeof(struct picture_shared)) < 0)
        return false;
    void *map =
        mmap(NULL, sizeof(struct picture_shared), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (map == MAP_FAILED)
        return false;
    worker->shared = map;
    return true;
}

static void unmap_shared(struct picture_worker *worker)
{
    if (worker->shared)
        munmap(worker->shared, sizeof(struct picture_shared));
    worker->shared = NULL;
}

/* Takes the process over; false: interrupted meanwhile, the socket is closed and it ends. */
static bool adopt(struct picture_worker *worker, pid_t pid, int socket)
{
    g_mutex_lock(&worker->lock);
    worker->pid = pid;
    worker->socket = socket;
    bool interrupted = worker->interrupted;
    g_mutex_unlock(&worker->lock);
    return !interrupted;
}

static bool start(struct picture_worker *worker)
{
    if (clock_mono_us() < worker->not_before_us)
        return false;
    int shared_fd = -1;
    pid_t pid = 0;
    int socket = map_shared(worker, &shared_fd) ? spawn(worker, shared_fd, &pid) : -1;
    int failed = errno;
    if (shared_fd >= 0)
        close(shared_fd);
    if (socket < 0) {
        log_error("picture", "%s cannot be started: %s", worker->program, g_strerror(failed));
        unmap_shared(worker);
        worker->not_before_us = clock_mono_us() + RESTART_US;
        return false;
    }
    set_deadline(socket, worker->deadline_us);
    worker->number = 0;
    worker->charged_us = 0;
    return adopt(worker, pid, socket);
}

/* --- ending */

static const char *how(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(text, size, "SIG%s", sigabbrev_np(WTERMSIG(status)));
    else
        snprintf(text, size, "exit %d", WEXITSTATUS(status));
    return text;
}

/* Ends the process and waits for it. Returned: its processor time that was not charged yet. */
static int64_t reap(struct picture_worker *worker, int *status)
{
    *status = 0;
    if (!worker->pid)
        return 0;
    kill(worker->pid, SIGKILL); /* does no harm to one that has ended and was not waited for */
    struct rusage used = {0};
    while (wait4(worker->pid, status, 0, &used) < 0 && errno == EINTR)
        continue;
    g_mutex_lock(&worker->lock);
    worker->pid = 0;
    close(worker->socket);
    worker->socket = -1;
    g_mutex_unlock(&worker->lock);
    int64_t all_us = (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
                     used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    int64_t rest_us = all_us - (int64_t)worker->charged_us;
    unmap_shared(worker);
    return MAX(rest_us, 0);
}

/* --- asking */

enum reply { REPLY_CAME, REPLY_LATE, REPLY_NONE };

static int64_t cpu_us_of(pid_t pid)
{
    clockid_t clock;
    struct timespec used = {0};
    if (clock_getcpuclockid(pid, &clock) == 0)
        clock_gettime(clock, &used);
    return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* It would go on if it were let: a machine that is too busy is not the picture's fault. */
static bool is_starved(const struct picture_worker *worker, int64_t cpu_before_us)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)worker->pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    const char *name_end = strrchr(text, ')');
    bool ready = name_end && (name_end[2] == 'R' || name_end[2] == 'D');
    return ready && cpu_us_of(worker->pid) - cpu_before_us < worker->deadline_us / 2;
}

static enum reply exchange(struct picture_worker *worker, const struct picture_order *order,
                           struct picture_answer *answer)
{
    int64_t cpu_before_us = cpu_us_of(worker->pid);
    ssize_t done;
    do
        done = send(worker->socket, order, sizeof *order, MSG_NOSIGNAL);
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return errno == EAGAIN ? REPLY_LATE : REPLY_NONE;
    unsigned late = 0;
    do {
        done = recv(worker->socket, answer, sizeof *answer, 0);
        late += done < 0 && errno == EAGAIN;
    } while (done < 0 && (errno == EINTR || (errno == EAGAIN && late < STARVED_DEADLINES &&
                                             is_starved(worker, cpu_before_us))));
    if (done < 0 && errno == EAGAIN)
        return REPLY_LATE;
    return done == (ssize_t)sizeof *answer && answer->number == order->number ? REPLY_CAME
                                                                              : REPLY_NONE;
}

static bool plausible(const struct picture_question *question, const struct picture_answer *answer)
{
    bool size =
        question->kind == PICTURE_THUMBNAIL
            ? answer->width_px == question->width_px && answer->height_px == question->height_px
            : answer->width_px > 0 && answer->width_px <= G_MAXUINT16 && answer->height_px > 0 &&
                  answer->height_px <= G_MAXUINT16;
    return answer->jpeg_bytes <= PICTURE_JPEG_BYTES && size;
}

/* What came back. */
static enum picture_outcome take(struct picture_worker *worker,
                                 const struct picture_question *question,
                                 const struct picture_answer *answer, struct picture_made *made)
{
    if (answer->cpu_us > worker->charged_us) {
        made->cpu_us += (int64_t)(answer->cpu_us - worker->charged_us);
        worker->charged_us = answer->cpu_us;
    }
    if (!answer->jpeg_bytes || !plausible(question, answer))
        return PICTURE_REFUSED;
    made->width_px = answer->width_px;
    made->height_px = answer->height_px;
    made->luma = question->kind == PICTURE_THUMBNAIL ? worker->shared->luma : NULL;
    made->jpeg = g_bytes_new(worker->shared->jpeg, answer->jpeg_bytes);
    return PICTURE_MADE;
}

static bool is_interrupted(struct picture_worker *worker)
{
    g_mutex_lock(&worker->lock);
    bool interrupted = worker->interrupted;
    g_mutex_unlock(&worker->lock);
    return interrupted;
}

/* Returned: whether the process had begun with the picture. */
static bool lose(struct picture_worker *worker, const struct picture_order *order, bool late,
                 struct picture_made *made)
{
    bool begun = atomic_load(&worker->shared->begun) == order->number;
    pid_t pid = worker->pid;
    int status;
    made->cpu_us += reap(worker, &status);
    if (late)
        snprintf(made->end, sizeof made->end, "no answer in %.1f s",
                 (double)worker->deadline_us / 1e6);
    else
        how(status, made->end, sizeof made->end);
    if (is_interrupted(worker))
        return false;
    atomic_fetch_add(&worker->lost, 1);
    log_warn("picture", "picture process %d is replaced: %s", (int)pid, made->end);
    /* it never made anything: the program itself is not right, and is not started in a tight loop
     */
    if (!late && WIFEXITED(status) && order->number == 1)
        worker->not_before_us = clock_mono_us() + RESTART_US;
    return begun;
}

static enum picture_outcome ask_once(struct picture_worker *worker,
                                     const struct picture_question *question,
                                     struct picture_made *made)
{
    struct picture_packet packet;
    if (is_interrupted(worker) || (!worker->pid && !start(worker)))
        return PICTURE_NOT_RUN;
    if (!picture_packet_write(&packet, worker->shared->packet, PICTURE_PACKET_BYTES,
                              question->keyframe))
        return PICTURE_REFUSED;
    const struct picture_order order = {
        .number = ++worker->number,
        .kind = (uint8_t)question->kind,
        .codec = (uint8_t)packet.codec,
        .jpeg_quality = (uint8_t)question->jpeg_quality,
        .format_width_px = packet.width_px,
        .format_height_px = packet.height_px,
        .width_px = question->width_px,
        .height_px = question->height_px,
        .packet_bytes = (uint32_t)packet.size,
    };
    struct picture_answer answer;
    enum reply reply = exchange(worker, &order, &answer);
    if (reply == REPLY_CAME)
        return take(worker, question, &answer, made);
    return lose(worker, &order, reply == REPLY_LATE, made) ? PICTURE_CRASHED : PICTURE_NOT_RUN;
}

enum picture_outcome picture_worker_ask(struct picture_worker *worker,
                                        const struct picture_question *question,
                                        struct picture_made *made)
{
    *made = (struct picture_made){0};
    enum picture_outcome outcome = ask_once(worker, question, made);
    if (outcome == PICTURE_NOT_RUN && *made->end) {
        made->end[0] = '\0';
        outcome = ask_once(worker, question, made);
    }
    return outcome;
}

/* --- life */

struct picture_worker *picture_worker_create(const char *program, unsigned memory_mb,
                                             int64_t deadline_us)
{
    struct picture_worker *worker = g_new0(struct picture_worker, 1);
    worker->program = program;
    snprintf(worker->memory_mb, sizeof worker->memory_mb, "%u", memory_mb);
    worker->deadline_us = deadline_us;
    worker->socket = -1;
    g_mutex_init(&worker->lock);
    return worker;
}

void picture_worker_destroy(struct picture_worker *worker)
{
    if (!worker)
        return;
    int status;
    reap(worker, &status);
    g_mutex_clear(&worker->lock);
    g_free(worker);
}

void picture_worker_interrupt(struct picture_worker *worker)
{
    g_mutex_lock(&worker->lock);
    worker->interrupted = true;
    if (worker->socket >= 0)
        shutdown(worker->socket, SHUT_RDWR); /* who waits for its answer hears an end */
    g_mutex_unlock(&worker->lock);
}

pid_t picture_worker_pid(struct picture_worker *worker)
{
    g_mutex_lock(&worker->lock);
    pid_t pid = worker->pid;
    g_mutex_unlock(&worker->lock);
    return pid;
}

unsigned picture_worker_lost(struct picture_worker *worker)
{
    return atomic_load(&worker->lost);
}
