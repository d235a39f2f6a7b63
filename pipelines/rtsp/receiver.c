#include "common/clock.h"
#include "common/log.h"
#include "rtsp/engine.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_A_ROUND = 512,
    BUSY_EVENTS = 8,   /* so many ready sockets in a round: waiting gathers more */
    SWEEP_US = 200000, /* when nothing waits for it */
    SWEEP_PARTS = 16,
    PART_LEAST_US = 1000,
    IDLE_MS = 250,
};

enum endpoint_kind { ENDPOINT_RTSP, ENDPOINT_RTP, ENDPOINT_RTCP };

struct place;
struct endpoint {
    struct place *place;
    enum endpoint_kind kind;
};

/* A connection and what epoll knows of it. */
struct place {
    struct connection *connection; /* NULL: over, freed at the end of the round */
    struct endpoint endpoints[3];
    guint index; /* in receiver->places */
    bool udp;
    bool quiet; /* its datagrams do not wake */
};

struct command {
    struct rtsp_run *run;         /* reference held */
    struct rtsp_session *session; /* NULL: remove */
};

struct receiver {
    /* --- immutable */
    struct rtsp_engine_options options;
    GThread *thread;
    int epoll_fd, wake_fd;
    clockid_t cpu_clock;
    /* --- protected by lock */
    GMutex lock;
    GArray *commands; /* of struct command */
    bool quit;
    /* --- the receiver's thread */
    struct receiver_block block;
    GPtrArray *places; /* of struct place */
    GPtrArray *finished;
    guint swept;           /* places below it are still to be visited in this sweep */
    int64_t sweep_from_us; /* how far the sweep has come, as time */
    /* --- any thread, atomic */
    atomic_ullong rounds;
    atomic_uint runs;
    atomic_bool clock_known;
};

/* --- places */

static void watch(struct receiver *receiver, struct place *place, enum endpoint_kind kind, int fd)
{
    struct endpoint *endpoint = &place->endpoints[kind];
    *endpoint = (struct endpoint){.place = place, .kind = kind};
    if (fd < 0)
        return;
    /* Streams are told once per arrival: level-triggered, every readable socket is polled a second
     * time by the next wait, a tenth of what taking a town in costs. Whoever reads drains. */
    uint32_t how = EPOLLET | (kind == ENDPOINT_RTSP ? EPOLLRDHUP : 0);
    struct epoll_event event = {.events = EPOLLIN | how, .data.ptr = endpoint};
    if (epoll_ctl(receiver->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        log_error("rtsp", "epoll_ctl: %s", g_strerror(errno));
}

static void place_add(struct receiver *receiver, struct rtsp_run *run, struct rtsp_session *session)
{
    struct place *place = g_new0(struct place, 1);
    place->connection = connection_create(run, session, &receiver->options, &receiver->block);
    place->index = receiver->places->len;
    g_ptr_array_add(receiver->places, place);
    run->connection = place->connection;
    watch(receiver, place, ENDPOINT_RTSP, session->fd);
    watch(receiver, place, ENDPOINT_RTP, session->udp_fd[0]);
    watch(receiver, place, ENDPOINT_RTCP, session->udp_fd[1]);
    place->udp = session->udp_fd[0] >= 0;
    atomic_store(&receiver->runs, receiver->places->len);
}

/* Before it is closed: a program that is being started holds a copy of every descriptor until it
 * runs, and as long as there is one, closing takes nothing out of epoll. */
static void unwatch(struct receiver *receiver, int fd)
{
    if (fd >= 0 && epoll_ctl(receiver->epoll_fd, EPOLL_CTL_DEL, fd, NULL) < 0)
        log_error("rtsp", "epoll_ctl: %s", g_strerror(errno));
}

/* Events of this round still point to the place. */
static void place_end(struct receiver *receiver, struct place *place)
{
    const struct rtsp_session *session = connection_session(place->connection);
    unwatch(receiver, session->fd);
    unwatch(receiver, session->udp_fd[0]);
    unwatch(receiver, session->udp_fd[1]);
    connection_run(place->connection)->connection = NULL;
    g_clear_pointer(&place->connection, connection_destroy);
    struct place *last = receiver->places->pdata[receiver->places->len - 1];
    receiver->places->pdata[place->index] = last;
    last->index = place->index;
    g_ptr_array_set_size(receiver->places, (int)receiver->places->len - 1);
    g_ptr_array_add(receiver->finished, place);
    atomic_store(&receiver->runs, receiver->places->len);
}

static struct place *place_of(struct receiver *receiver, const struct connection *connection)
{
    for (guint i = 0; i < receiver->places->len; i++) {
        struct place *place = receiver->places->pdata[i];
        if (place->connection == connection)
            return place;
    }
    return NULL;
}

/* --- one round */

static void obey(struct receiver *receiver, const struct command *command)
{
    struct connection *connection = command->run->connection;
    if (command->session)
        place_add(receiver, command->run, command->session);
    else if (connection && !connection_stop(connection))
        place_end(receiver, place_of(receiver, connection));
}

static bool obey_all(struct receiver *receiver)
{
    uint64_t count;
    if (read(receiver->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
        log_error("rtsp", "eventfd: %s", g_strerror(errno));
    g_mutex_lock(&receiver->lock);
    GArray *commands = receiver->commands;
    receiver->commands = g_array_new(FALSE, FALSE, sizeof(struct command));
    bool quit = receiver->quit;
    g_mutex_unlock(&receiver->lock);
    for (guint i = 0; i < commands->len; i++) {
        struct command *command = &g_array_index(commands, struct command, i);
        obey(receiver, command);
        run_unref(command->run);
    }
    g_array_unref(commands);
    return !quit;
}

static void serve(struct receiver *receiver, const struct endpoint *endpoint)
{
    static bool (*const reads[])(struct connection *) = {
        [ENDPOINT_RTSP] = connection_read,
        [ENDPOINT_RTP] = connection_read_rtp,
        [ENDPOINT_RTCP] = connection_read_rtcp,
    };
    struct place *place = endpoint->place;
    if (place->connection && !reads[endpoint->kind](place->connection))
        place_end(receiver, place);
}

/* A datagram socket has no mark below which it is silent. */
static void set_quiet(struct receiver *receiver, struct place *place, bool quiet)
{
    if (!place->udp || quiet == place->quiet)
        return;
    struct epoll_event event = {.events = quiet ? 0 : EPOLLIN | EPOLLET,
                                .data.ptr = &place->endpoints[ENDPOINT_RTP]};
    int fd = connection_session(place->connection)->udp_fd[0];
    if (epoll_ctl(receiver->epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0)
        place->quiet = quiet;
}

static void visit(struct receiver *receiver, struct place *place)
{
    struct connection *connection = place->connection;
    receiver->block.hung_up = false;
    bool waits = connection_pace(connection), alive = true;
    set_quiet(receiver, place, waits);
    if (place->udp)
        connection_read_rtp(connection);
    else if (waits)
        alive = connection_read(connection);
    if (!alive || !connection_tick(connection))
        place_end(receiver, place);
}

/* What the sweep comes to next left the cache since the last one. */
static void prefetch(const struct receiver *receiver)
{
    struct place *const *places = (struct place *const *)receiver->places->pdata;
    guint at = receiver->swept;
    if (at < 8 || at > receiver->places->len)
        return;
    __builtin_prefetch(places[at - 8]);
    connection_prefetch(places[at - 5]->connection);
    connection_prefetch_parts(places[at - 3]->connection);
}

/* Between two parts of a sweep; a configured time may be as short as one likes. */
static int64_t part_us(const struct receiver *receiver)
{
    int64_t sweep_us = receiver->options.unwatched_us;
    return MAX((sweep_us > 0 ? sweep_us : SWEEP_US) / SWEEP_PARTS, PART_LEAST_US);
}

/* Visits each place once in a sweep's time, in parts, so that no part takes long. What nobody
 * follows is read here: several pictures cost little more than one. Backwards, because a place that
 * ends is replaced by the last one. */
static void sweep(struct receiver *receiver)
{
    int64_t parts = (receiver->block.mono_us - receiver->sweep_from_us) / part_us(receiver);
    if (parts <= 0)
        return;
    receiver->sweep_from_us += parts * part_us(receiver);
    guint places = receiver->places->len;
    guint due =
        parts >= SWEEP_PARTS ? places : (places + SWEEP_PARTS - 1) / SWEEP_PARTS * (guint)parts;
    for (guint i = MIN(due, places); i > 0 && receiver->places->len; i--) {
        prefetch(receiver);
        if (!receiver->swept || receiver->swept > receiver->places->len)
            receiver->swept = receiver->places->len;
        visit(receiver, receiver->places->pdata[--receiver->swept]);
    }
}

static int wait_ms(const struct receiver *receiver)
{
    return receiver->places->len ? (int)(part_us(receiver) / 1000) : IDLE_MS;
}

/* Many small writes: a wake-up for each would cost more than the data. The thread sleeps to its
 * tick and finds many sockets ready at once. */
static void gather(const struct receiver *receiver, int ready)
{
    if (ready < BUSY_EVENTS || receiver->options.tick_us <= 0)
        return;
    int64_t rest_us = receiver->block.mono_us + receiver->options.tick_us - clock_mono_us();
    if (rest_us <= 0)
        return;
    struct timespec rest = {.tv_nsec = rest_us * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
}

static gpointer run_receiver(gpointer user)
{
    struct receiver *receiver = user;
    pthread_getcpuclockid(pthread_self(), &receiver->cpu_clock);
    atomic_store(&receiver->clock_known, true);
    struct epoll_event events[EVENTS_A_ROUND];
    bool wanted = true;
    while (wanted || receiver->places->len) {
        int ready = epoll_wait(receiver->epoll_fd, events, EVENTS_A_ROUND, wait_ms(receiver));
        receiver->block.mono_us = clock_mono_us();
        receiver->block.wall_us = clock_wall_us();
        bool woken = false;
        for (int i = 0; i < ready; i++) {
            receiver->block.hung_up = events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
            if (events[i].data.ptr)
                serve(receiver, events[i].data.ptr);
            else
                woken = true;
        }
        if (woken)
            wanted = obey_all(receiver);
        sweep(receiver);
        g_ptr_array_set_size(receiver->finished, 0);
        figure_add(&receiver->rounds, 1);
        if (!woken)
            gather(receiver, ready);
    }
    return NULL;
}

/* --- life and commands */

struct receiver *receiver_create(const struct rtsp_engine_options *options, unsigned index)
{
    struct receiver *receiver = g_new0(struct receiver, 1);
    receiver->options = *options;
    g_mutex_init(&receiver->lock);
    receiver->commands = g_array_new(FALSE, FALSE, sizeof(struct command));
    receiver->places = g_ptr_array_new();
    receiver->finished = g_ptr_array_new_with_free_func(g_free);
    receiver->block.capacity = RECEIVER_REST_BYTES + RECEIVER_READ_BYTES;
    receiver->block.data = g_malloc(receiver->block.capacity);
    receiver->block.scratch = assembler_scratch_create();
    receiver->block.batch = udp_batch_create();
    receiver->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    receiver->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(receiver->epoll_fd, EPOLL_CTL_ADD, receiver->wake_fd, &event);
    g_autofree char *name = g_strdup_printf("ingest-%u", index);
    receiver->thread = g_thread_new(name, run_receiver, receiver);
    return receiver;
}

static void wake(struct receiver *receiver)
{
    uint64_t one = 1;
    if (write(receiver->wake_fd, &one, sizeof one) < 0)
        log_error("rtsp", "eventfd: %s", g_strerror(errno));
}

void receiver_destroy(struct receiver *receiver)
{
    if (!receiver)
        return;
    g_mutex_lock(&receiver->lock);
    receiver->quit = true;
    g_mutex_unlock(&receiver->lock);
    wake(receiver);
    g_thread_join(receiver->thread);
    close(receiver->epoll_fd);
    close(receiver->wake_fd);
    g_array_unref(receiver->commands);
    g_ptr_array_unref(receiver->places);
    g_ptr_array_unref(receiver->finished);
    assembler_scratch_destroy(receiver->block.scratch);
    udp_batch_destroy(receiver->block.batch);
    g_free(receiver->block.data);
    g_mutex_clear(&receiver->lock);
    g_free(receiver);
}

static void command(struct receiver *receiver, struct rtsp_run *run, struct rtsp_session *session)
{
    struct command value = {.run = run_ref(run), .session = session};
    g_mutex_lock(&receiver->lock);
    g_array_append_val(receiver->commands, value);
    g_mutex_unlock(&receiver->lock);
    wake(receiver);
}

void receiver_add(struct receiver *receiver, struct rtsp_run *run, struct rtsp_session *session)
{
    command(receiver, run, session);
}

void receiver_remove(struct receiver *receiver, struct rtsp_run *run)
{
    command(receiver, run, NULL);
}

void receiver_stats(struct receiver *receiver, struct receiver_stats *stats)
{
    *stats = (struct receiver_stats){
        .bytes = atomic_load(&receiver->block.bytes),
        .packets = atomic_load(&receiver->block.packets),
        .units = atomic_load(&receiver->block.units),
        .lost_packets = atomic_load(&receiver->block.lost_packets),
        .late_packets = atomic_load(&receiver->block.late_packets),
        .rounds = atomic_load(&receiver->rounds),
        .runs = atomic_load(&receiver->runs),
    };
    struct timespec cpu = {0};
    if (atomic_load(&receiver->clock_known))
        clock_gettime(receiver->cpu_clock, &cpu);
    stats->cpu_s = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
}
