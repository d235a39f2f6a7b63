/* What Prometheus expects of every program, under its customary names. */
#include "common/clock.h"
#include "net/private.h"
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct process {
    struct metric *cpu, *memory, *files, *start;
    double start_s;
};

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / G_USEC_PER_SEC;
}

static guint count_files(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint count = 0;
    while (dir && g_dir_read_name(dir))
        count++;
    return count;
}

static void collect(gpointer user)
{
    struct process *process = user;
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        metric_set(process->cpu, seconds(&usage.ru_utime) + seconds(&usage.ru_stime));
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%*s %ld", &pages) == 1)
        metric_set(process->memory, (double)pages * (double)sysconf(_SC_PAGESIZE));
    if (file)
        fclose(file);
    metric_set(process->files, count_files());
    metric_set(process->start, process->start_s);
}

struct process *process_create(struct metrics *metrics)
{
    struct process *process = g_new0(struct process, 1);
    process->start_s = (double)clock_wall_us() / G_USEC_PER_SEC;
    process->cpu = metrics_counter(metrics, "process_cpu_seconds_total",
                                   "Processor time of the server.", NULL);
    process->memory = metrics_gauge(metrics, "process_resident_memory_bytes",
                                    "Resident memory of the server.", NULL);
    process->files =
        metrics_gauge(metrics, "process_open_fds", "Open file descriptors of the server.", NULL);
    process->start = metrics_gauge(metrics, "process_start_time_seconds",
                                   "When the server started, seconds since 1970.", NULL);
    metrics_on_collect(metrics, collect, process);
    return process;
}
