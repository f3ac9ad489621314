/* Runs one command and tells what it cost: launch REPORT COMMAND [ARGUMENT...]
 *
 * A process of its own, because Linux counts the memory of whoever starts a process towards the
 * process's largest resident set until it has executed its program (exec_mmap, setmax_mm_hiwater_rss);
 * this one has less than a megabyte, Python has twenty. The report is one line: microseconds of user
 * time, microseconds of system time, nanoseconds of wall clock, KiB of the largest resident set, and
 * the exit code (128 + N after signal N). wait4 counts the children that the command waited for, so
 * a shell script is measured with all that it runs; the memory is that of the largest of them.
 *
 * SIGTERM goes on to the command, for servers. */
#define _GNU_SOURCE
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static volatile sig_atomic_t child;

static void pass_on(int signal) {
    if (child > 0) {
        kill((pid_t)child, signal);
    }
}

static long long nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "launch: usage: launch REPORT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &action, NULL);

    pid_t pid;
    long long begin = nanoseconds();
    int failure = posix_spawnp(&pid, arguments[2], NULL, NULL, arguments + 2, environ);
    if (failure != 0) {
        fprintf(stderr, "launch: cannot run %s: error %d\n", arguments[2], failure);
        return 2;
    }
    child = pid;
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) < 0) {
        perror("launch: wait4");
        return 2;
    }
    long long end = nanoseconds();
    child = 0;

    FILE *report = fopen(arguments[1], "w");
    if (report == NULL) {
        perror(arguments[1]);
        return 2;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(report, "%lld %lld %lld %ld %d\n",
            (long long)usage.ru_utime.tv_sec * 1000000LL + usage.ru_utime.tv_usec,
            (long long)usage.ru_stime.tv_sec * 1000000LL + usage.ru_stime.tv_usec,
            end - begin, usage.ru_maxrss, code);
    return fclose(report) == 0 ? 0 : 2;
}
