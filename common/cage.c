#include "common/cage.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CAGE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CAGE_ARCH AUDIT_ARCH_AARCH64
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAGE_SANITIZED 1
#else
#define CAGE_SANITIZED 0
#endif

static void set_limit(__rlimit_resource_t what, rlim_t value)
{
    const struct rlimit limit = {value, value};
    setrlimit(what, &limit);
}

/* Raising one's own score needs no privilege. */
static void offer_to_oom_killer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "800", 3) < 0) {
        /* it stays as likely to go as its parent */
    }
    close(fd);
}

void cage_settle(const char *name, unsigned first_closed_fd)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    prctl(PR_SET_NAME, name);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_range(first_closed_fd, ~0u, 0);
    offer_to_oom_killer();
    set_limit(RLIMIT_CORE, 0);
}

#ifdef CAGE_ARCH
static void filter_calls(void)
{
    static const unsigned allowed[] = {
        __NR_read,
        __NR_write,
        __NR_recvfrom,
        __NR_sendto,
        __NR_recvmsg,
        __NR_sendmsg,
        __NR_mmap,
        __NR_munmap,
        __NR_mremap,
        __NR_mprotect,
        __NR_madvise,
        __NR_brk,
        __NR_futex,
        __NR_clock_gettime,
        __NR_clock_nanosleep,
        __NR_nanosleep,
        __NR_gettimeofday,
        __NR_getrusage,
        __NR_getrandom,
        __NR_getpid,
        __NR_gettid,
        __NR_tgkill,
        __NR_rt_sigaction,
        __NR_rt_sigprocmask,
        __NR_rt_sigreturn,
        __NR_restart_syscall,
        __NR_sched_yield,
        __NR_sched_getaffinity,
        __NR_exit,
        __NR_exit_group,
        __NR_close,
        __NR_fstat,
        __NR_lseek,
        __NR_prctl,
    };
    enum { HEAD = 4, COUNT = sizeof allowed / sizeof allowed[0] };
    struct sock_filter code[HEAD + COUNT + 2] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CAGE_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    for (unsigned i = 0; i < COUNT; i++)
        code[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i],
                                                      (unsigned char)(COUNT - i), 0);
    code[HEAD + COUNT] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)EPERM);
    code[HEAD + COUNT + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {.len = HEAD + COUNT + 2, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#else
static void filter_calls(void)
{
}
#endif

void cage_close(size_t memory_mb)
{
    if (CAGE_SANITIZED)
        return;
    set_limit(RLIMIT_AS, (rlim_t)memory_mb << 20);
    filter_calls();
}
