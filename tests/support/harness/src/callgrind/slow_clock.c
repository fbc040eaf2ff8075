/* Lets time pass for a process as slowly as callgrind executes it, so that no time limit of its own ends what it does.
   It is preloaded, and replaces the clock that Rust's `Instant` reads. */

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const long long SLOWDOWN = 50;
static const long long NANOSECONDS = 1000000000;

int clock_gettime(clockid_t clock, struct timespec *time) {
    static long long start = 0;
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        long long now = time->tv_sec * NANOSECONDS + time->tv_nsec;
        start = start ? start : now;
        now = start + (now - start) / SLOWDOWN;
        time->tv_sec = now / NANOSECONDS;
        time->tv_nsec = now % NANOSECONDS;
    }
    return result;
}
