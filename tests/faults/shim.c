/*
 * Fails the n-th change of the files below one folder, and records what changes them.
 *
 * Preloaded (LD_PRELOAD) before the C library, it stands in for the calls through which SQLite and Python change files.
 * A process says which folder counts, and arms one fault: faults_watch(), faults_arm(). Everything else passes through.
 * Or it explores: at every operation it stops, forks a child for each fault that somebody else asks for, and goes on.
 * Linux with glibc only. A command with several threads cannot be explored: a fork has one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum mode { NONE, KILL, KILL_HALF, EIO_ONCE, EIO_EVER, ENOSPC_ONCE, ENOSPC_EVER, SHORT_ONCE, SHORT_FULL };
enum verdict { PASS, REFUSE, HALF };

#define MOST_FILES 4096
#define SHARED_FILES 256
#define CHILD_SECONDS 120 /* a child that takes longer is ended: it hangs */

static char folder[PATH_MAX];
static size_t folder_length;
static char *names[MOST_FILES]; /* by descriptor: the path of a file below the folder, or NULL */
static long count, chosen;
static enum mode mode;
static volatile int has_fired;
static const char *fired_on = "";
static int log_descriptor = -1, log_has_data;
static pthread_mutex_t log_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static int is_exploring, asks = -1, answers = -1;
static pid_t own_number; /* of a child that takes a fault: that of its parent, as whose continuation it counts */

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* What a process says */

void faults_watch(const char *path) {
    folder_length = strlen(path);
    memcpy(folder, path, folder_length + 1);
}

/* Count from now on, and do `how` to the operation number `number` (from 1; 0 is none). */
void faults_arm(long number, int how) {
    count = 0;
    chosen = number;
    mode = (enum mode)how;
    has_fired = 0;
}

long faults_count(void) { return count; }

int faults_fired(void) { return has_fired; }

/* What kind of operation it was: of commands with several threads the number alone does not tell. */
const char *faults_fired_on(void) { return fired_on; }

/* Write a line for each operation to `descriptor` (-1: to nobody), with the bytes of each write where that is asked. */
void faults_log(int descriptor, int with_data) {
    log_descriptor = descriptor;
    log_has_data = with_data;
}

/* Stop at each operation from now on, and ask on one descriptor what should fail there, which the other answers. */
void faults_explore(int ask, int answer) {
    is_exploring = 1;
    asks = ask;
    answers = answer;
}

static void put_to(int descriptor, const void *bytes, size_t length) {
    const char *rest = bytes;
    while (length) { /* straight to the kernel: our own writes are nobody's business */
        ssize_t written = syscall(SYS_write, descriptor, rest, length);
        if (written <= 0) _exit(120);
        rest += written;
        length -= written;
    }
}

static void put(const void *bytes, size_t length) { put_to(log_descriptor, bytes, length); }

static void note(const char *kind, unsigned long inode, long offset, long length, const char *path, const char *other) {
    char line[2 * PATH_MAX + 128];
    if (log_descriptor < 0) return;
    pthread_mutex_lock(&log_lock);
    put(line, snprintf(line, sizeof line, "%s\t%lu\t%ld\t%ld\t%s\t%s\n", kind, inode, offset, length, path, other));
    pthread_mutex_unlock(&log_lock);
}

/* Write a remark of the process itself into the log. */
void faults_remark(const char *text) { note("remark", 0, 0, 0, text, ""); }

/* Which files count */

static int counts(const char *path) {
    return folder_length && strncmp(path, folder, folder_length) == 0 &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

/* Put the absolute form of `path`, as openat() and its like take it, into `full`; return whether it counts. */
static int locate(int at, const char *path, char *full) {
    char link[64];
    ssize_t length = 0;
    if (!folder_length || !path) return 0;
    if (path[0] != '/') {
        if (at == AT_FDCWD) strcpy(link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        length = readlink(link, full, PATH_MAX - 1);
        if (length < 0) return 0;
        full[length++] = '/';
    }
    if (length + strlen(path) >= PATH_MAX) return 0;
    strcpy(full + length, path);
    return counts(full);
}

static const char *name_of(int descriptor) {
    return descriptor >= 0 && descriptor < MOST_FILES ? names[descriptor] : NULL;
}

static unsigned long inode_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) ? 0 : status.st_ino;
}

static unsigned long inode_at(const char *path) {
    struct stat status;
    return lstat(path, &status) ? 0 : status.st_ino;
}

static int is_folder(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What becomes of an operation */

static enum verdict refuse(int number) {
    errno = number;
    return REFUSE;
}

/* A full disk refuses what needs room, and lets go of what takes it. A broken one refuses everything. */
static enum verdict later(int needs_room) {
    if (mode == EIO_EVER) return refuse(EIO);
    if ((mode == ENOSPC_EVER || mode == SHORT_FULL) && needs_room) return refuse(ENOSPC);
    return PASS;
}

static void end(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    pause();
}

static int answer(void) {
    int number;
    if (read(answers, &number, sizeof number) != sizeof number) _exit(121);
    return number;
}

/* A child goes on with its fault from here, as if it alone had run. What it shares with its parent is put back: the
 * places in open files by us, names and contents by whoever asked, before the answer that is waited for. */
static int is_child_of(enum mode how) {
    off_t places[SHARED_FILES];
    int status, child, descriptor;
    for (descriptor = 3; descriptor < SHARED_FILES; descriptor++) places[descriptor] = lseek(descriptor, 0, SEEK_CUR);
    child = fork();
    if (child < 0) _exit(122);
    if (child == 0) {
        alarm(CHILD_SECONDS);
        log_descriptor = asks = -1;
        own_number = getppid();
        chosen = count;
        mode = how;
        return 1;
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    for (descriptor = 3; descriptor < SHARED_FILES; descriptor++)
        if (places[descriptor] >= 0) lseek(descriptor, places[descriptor], SEEK_SET);
    put_to(asks, &status, sizeof status);
    answer();
    return 0;
}

static int has_threads(void) {
    struct stat status; /* a folder has a link for itself, its name, and each folder in it: one a thread */
    return stat("/proc/self/task", &status) == 0 && status.st_nlink > 3;
}

static void explore(void) {
    int how, wanted, number = (int)count, before = errno;
    if (has_threads()) _exit(123);
    put_to(asks, &number, sizeof number);
    wanted = answer();
    for (how = KILL; how <= SHORT_FULL; how++)
        if (wanted & 1 << how && is_child_of((enum mode)how)) break;
    errno = before;
}

static enum verdict verdict(const char *kind, int needs_room, int is_write) {
    long number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST); /* another thread may write, too */
    if (has_fired) return later(needs_room);
    if (asks >= 0) explore();
    if (number != chosen) return PASS;
    has_fired = 1;
    fired_on = kind;
    switch (mode) {
    case KILL: end(); break;
    case EIO_ONCE: case EIO_EVER: return refuse(EIO);
    case ENOSPC_ONCE: case ENOSPC_EVER: return refuse(ENOSPC);
    case KILL_HALF: case SHORT_ONCE: case SHORT_FULL: return is_write ? HALF : PASS;
    default: break;
    }
    return PASS;
}

static void after_half(void) {
    if (mode == KILL_HALF) end();
}

/* Opening */

static int remember(int descriptor, const char *full, int is_new) {
    if (descriptor >= 0 && descriptor < MOST_FILES) {
        free(names[descriptor]);
        names[descriptor] = strdup(full);
        if (is_new) note("create", inode_of(descriptor), 0, 0, full, "");
    }
    return descriptor;
}

static int open_at(int at, const char *path, int flags, mode_t rights) {
    REAL(int, "openat64", int, const char *, int, ...);
    char full[PATH_MAX];
    int is_ours = locate(at, path, full), is_new = 0, descriptor;
    unsigned long inode;
    if (is_ours && (flags & O_CREAT)) {
        is_new = inode_at(full) == 0;
        if (is_new && verdict("create", 1, 0) == REFUSE) return -1;
    }
    inode = is_ours && !is_new && (flags & O_TRUNC) ? inode_at(full) : 0;
    descriptor = real(at, path, flags, rights);
    if (!is_ours || descriptor < 0) return descriptor;
    if (inode) note("truncate", inode, 0, 0, full, "");
    return remember(descriptor, full, is_new);
}

#define RIGHTS(flags) \
    mode_t rights = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        rights = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...) { RIGHTS(flags) return open_at(AT_FDCWD, path, flags, rights); }
int open64(const char *path, int flags, ...) { RIGHTS(flags) return open_at(AT_FDCWD, path, flags, rights); }
int openat(int at, const char *path, int flags, ...) { RIGHTS(flags) return open_at(at, path, flags, rights); }
int openat64(int at, const char *path, int flags, ...) { RIGHTS(flags) return open_at(at, path, flags, rights); }

int close(int descriptor) {
    REAL(int, "close", int);
    if (name_of(descriptor)) {
        free(names[descriptor]);
        names[descriptor] = NULL;
    }
    return real(descriptor);
}

pid_t getpid(void) { return own_number ? own_number : (pid_t)syscall(SYS_getpid); }

/* Locks: those of a process that waits for its child would keep that child out, though they are one in truth. */
int fcntl64(int descriptor, int what, ...) {
    va_list list;
    void *argument;
    va_start(list, what);
    argument = va_arg(list, void *);
    va_end(list);
    if (is_exploring && (what == F_SETLK || what == F_SETLKW)) return 0;
    if (is_exploring && what == F_GETLK) {
        ((struct flock *)argument)->l_type = F_UNLCK;
        return 0;
    }
    return syscall(SYS_fcntl, descriptor, what, argument);
}
int fcntl(int descriptor, int what, ...) __attribute__((alias("fcntl64")));

/* Writing */

static ssize_t write_at(int descriptor, const void *bytes, size_t length, off_t offset) {
    ssize_t written = offset < 0 ? syscall(SYS_write, descriptor, bytes, length)
                                 : syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    return written;
}

static off_t place_of(int descriptor, off_t offset) {
    if (offset >= 0) return offset;
    return lseek(descriptor, 0, fcntl(descriptor, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
}

/* `offset` is -1 for a write where the file stands. */
static ssize_t change(int descriptor, const void *bytes, size_t length, off_t offset) {
    const char *name = name_of(descriptor);
    enum verdict answer = name ? verdict("write", 1, 1) : PASS;
    off_t place;
    ssize_t written;
    if (answer == REFUSE) return -1;
    if (!name) return write_at(descriptor, bytes, length, offset);
    place = place_of(descriptor, offset);
    written = write_at(descriptor, bytes, answer == HALF && length > 1 ? length / 2 : length, offset);
    if (answer == HALF) after_half();
    if (written > 0) {
        pthread_mutex_lock(&log_lock); /* a line and its bytes stay together */
        note("write", inode_of(descriptor), place, log_has_data ? written : 0, name, "");
        if (log_descriptor >= 0 && log_has_data) put(bytes, written);
        pthread_mutex_unlock(&log_lock);
    }
    return written;
}

ssize_t write(int descriptor, const void *bytes, size_t length) { return change(descriptor, bytes, length, -1); }
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    return change(descriptor, bytes, length, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    return change(descriptor, bytes, length, offset);
}

/* A short count is a right answer to these: the caller goes on with the rest. */
ssize_t writev(int descriptor, const struct iovec *parts, int number) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (!name_of(descriptor)) return real(descriptor, parts, number);
    return number ? change(descriptor, parts->iov_base, parts->iov_len, -1) : 0;
}
ssize_t pwritev64v2(int descriptor, const struct iovec *parts, int number, off64_t offset, int flags) {
    REAL(ssize_t, "pwritev64v2", int, const struct iovec *, int, off64_t, int);
    if (!name_of(descriptor)) return real(descriptor, parts, number, offset, flags);
    return number ? change(descriptor, parts->iov_base, parts->iov_len, offset) : 0;
}

/* Callers fall back to plain writes, which are counted. */
ssize_t sendfile64(int out, int in, off64_t *offset, size_t length) {
    REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t);
    if (!name_of(out)) return real(out, in, offset, length);
    errno = ENOTSOCK;
    return -1;
}
ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    if (!name_of(out)) return real(in, in_offset, out, out_offset, length, flags);
    errno = ENOSYS;
    return -1;
}

/* What is synced is safe from a loss of power, not from the end of a process: the disk itself is left alone. */
static int wait_for_disk(int descriptor, int (*real)(int)) {
    const char *name = name_of(descriptor);
    if (!name) return real(descriptor);
    if (verdict("sync", 0, 0) == REFUSE) return -1;
    note(is_folder(descriptor) ? "sync folder" : "sync", inode_of(descriptor), 0, 0, name, "");
    return 0;
}
int fsync(int descriptor) {
    REAL(int, "fsync", int);
    return wait_for_disk(descriptor, real);
}
int fdatasync(int descriptor) {
    REAL(int, "fdatasync", int);
    return wait_for_disk(descriptor, real);
}

static int resize(int descriptor, off_t length) {
    const char *name = name_of(descriptor);
    struct stat status;
    int result, grows = fstat(descriptor, &status) == 0 && length > status.st_size;
    if (name && verdict("truncate", grows, 0) == REFUSE) return -1;
    result = syscall(SYS_ftruncate, descriptor, length);
    if (name && result == 0) note("truncate", inode_of(descriptor), length, 0, name, "");
    return result;
}
int ftruncate(int descriptor, off_t length) { return resize(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return resize(descriptor, length); }

/* Names */

int unlinkat(int at, const char *path, int flags) {
    char full[PATH_MAX];
    int result, is_ours = locate(at, path, full) && inode_at(full);
    if (is_ours && verdict("unlink", 0, 0) == REFUSE) return -1;
    result = syscall(SYS_unlinkat, at, path, flags);
    if (is_ours && result == 0) note("unlink", 0, 0, 0, full, "");
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

static int pair(const char *kind, long call, int at, const char *path, int to, const char *target, int flags) {
    char full[PATH_MAX], other[PATH_MAX];
    int result, is_ours = locate(at, path, full) & locate(to, target, other);
    if (is_ours && verdict(kind, 1, 0) == REFUSE) return -1;
    result = syscall(call, at, path, to, target, flags);
    if (is_ours && result == 0) note(kind, 0, 0, 0, full, other);
    return result;
}
int renameat(int at, const char *path, int to, const char *target) {
    return pair("rename", SYS_renameat2, at, path, to, target, 0);
}
int rename(const char *path, const char *target) { return renameat(AT_FDCWD, path, AT_FDCWD, target); }
int linkat(int at, const char *path, int to, const char *target, int flags) {
    return pair("link", SYS_linkat, at, path, to, target, flags);
}
int link(const char *path, const char *target) { return linkat(AT_FDCWD, path, AT_FDCWD, target, 0); }
