/* CPU time of the streaming threads of one pipeline. GStreamer announces on each thread when it
 * begins and ends to work for the pipeline; threads are reused among pipelines. Any thread. */
#pragma once
#include <glib.h>

struct thread_meter;

/* Returned: owned by the caller. No thread may be within it when it is destroyed. */
struct thread_meter *thread_meter_create(void);
void thread_meter_destroy(struct thread_meter *meter);
/* On the streaming thread itself. */
void thread_meter_enter(struct thread_meter *meter);
void thread_meter_leave(struct thread_meter *meter);
/* CPU seconds used so far, by threads that left and by those that are within. Any thread. */
double thread_meter_cpu_s(struct thread_meter *meter);
