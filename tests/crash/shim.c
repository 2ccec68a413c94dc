/* What a program changes below one folder, written down in order, and made to fail on demand.
 *
 * Loaded with LD_PRELOAD in front of the C library. The program itself is not touched: its calls that change files or
 * names pass through here. One lock is held from before a call until after its record, so the log's order is the order
 * in which things happened, over all threads; several processes one after the other append to one log.
 *
 *   CRASH_ROOT   absolute folder to watch; nothing outside is recorded or failed
 *   CRASH_LOG    file to append records to (absent: nothing is recorded)
 *   CRASH_FAULT  eio | enospc | short | sync: what the chosen call does. eio fails any changing call, enospc those that
 *                need room, short writes half of the first and has no room for the rest, sync fails fsync and fdatasync
 *   CRASH_AT     the first call that fails, counted from 1 among the calls of that kind
 *   CRASH_TIMES  how many calls in a row fail (default 1)
 *   CRASH_LIE    fsync and fdatasync of files whose path holds this text do nothing and say that they did (a planted
 *                defect, which the images must find)
 *
 * Record, little-endian: u32 what, u32 path bytes, u32 second path bytes, "CRSH", u64 inode, u64 offset or length,
 * u64 data bytes; then path, second path (both relative to the root) and data.
 *
 * Not seen: writes through mmap (SQLite's -shm only, which no crash keeps) and descriptors that were duplicated.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { START = 1, CREATE, WRITE, LENGTH, SYNC, RENAME, REMOVE, FOLDER, SYNC_FAILED, FAULT };
enum { NEEDS_ROOM = 1, CHANGES = 2, SYNCS = 4 };
enum { DESCRIPTORS = 65536, MARK = 0x48535243 };

struct head {
    uint32_t what, path_bytes, second_bytes, mark;
    uint64_t inode, offset, data_bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[DESCRIPTORS];
static char root[PATH_MAX];
static size_t root_bytes;
static int log_fd = -1, fault;
static const char *lie;
static long fault_at, fault_times, calls;
enum { FAULT_NONE, FAULT_EIO, FAULT_ENOSPC, FAULT_SHORT, FAULT_SYNC };

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) _exit(121);
    return found;
}

/* In one call, so that a kill hardly ever leaves a part of a record; the reader bears it all the same. */
static void append(struct iovec *parts, int count) {
    while (count > 0) {
        long done = syscall(SYS_writev, log_fd, parts, count);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) _exit(122); /* a record that is lost would make every image wrong */
        while (count > 0 && (size_t)done >= parts->iov_len) {
            done -= (long)parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + done;
            parts->iov_len -= (size_t)done;
        }
    }
}

static void record(uint32_t what, const char *path, const char *second, uint64_t inode, uint64_t offset,
                   const void *data, uint64_t data_bytes) {
    if (log_fd < 0) return;
    int saved = errno;
    struct head head = {what, path ? (uint32_t)strlen(path) : 0, second ? (uint32_t)strlen(second) : 0, MARK,
                        inode, offset, data_bytes};
    struct iovec parts[] = {{&head, sizeof head}, {(char *)path, head.path_bytes},
                            {(char *)second, head.second_bytes}, {(void *)data, data_bytes}};
    append(parts, 4);
    errno = saved;
}

static uint64_t inode_of(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : (uint64_t)found.st_ino;
}

/* The path below the root, "" for the root itself, NULL for everything else. */
static const char *below(const char *path, char *room) {
    if (!root_bytes || !path) return NULL;
    if (path[0] != '/') {
        if (!getcwd(room, PATH_MAX) || strlen(room) + strlen(path) + 2 > PATH_MAX) return NULL;
        strcat(strcat(room, "/"), path);
        path = room;
    }
    if (strncmp(path, root, root_bytes)) return NULL;
    if (path[root_bytes] == 0) return "";
    return path[root_bytes] == '/' ? path + root_bytes + 1 : NULL;
}

/* Whether this call is one that fails. Called under the lock. */
static int fails(int kind) {
    int counted = fault == FAULT_EIO ? CHANGES | SYNCS | NEEDS_ROOM
        : fault == FAULT_ENOSPC || fault == FAULT_SHORT ? NEEDS_ROOM : fault == FAULT_SYNC ? SYNCS : 0;
    if (!(counted & kind)) return 0;
    calls++;
    if (calls < fault_at || calls >= fault_at + fault_times) return 0;
    record(FAULT, NULL, NULL, 0, (uint64_t)calls, NULL, 0);
    errno = fault == FAULT_ENOSPC || fault == FAULT_SHORT ? ENOSPC : EIO;
    return 1;
}

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("CRASH_ROOT"), *name = getenv("CRASH_LOG"), *kind = getenv("CRASH_FAULT");
    if (!text || strlen(text) >= PATH_MAX) return;
    strcpy(root, text);
    root_bytes = strlen(root);
    fault = !kind ? FAULT_NONE : !strcmp(kind, "eio") ? FAULT_EIO : !strcmp(kind, "enospc") ? FAULT_ENOSPC
        : !strcmp(kind, "short") ? FAULT_SHORT : !strcmp(kind, "sync") ? FAULT_SYNC : FAULT_NONE;
    fault_at = (text = getenv("CRASH_AT")) ? atol(text) : 0;
    fault_times = (text = getenv("CRASH_TIMES")) ? atol(text) : 1;
    lie = getenv("CRASH_LIE");
    if (!name) return;
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) _exit(120);
    struct stat found;
    record(START, NULL, NULL, stat(root, &found) ? 0 : (uint64_t)found.st_ino, 0, NULL, 0);
}

static int opened(int at, const char *path, int flags, mode_t mode, int sixty_four) {
    __typeof__(&openat) go = sixty_four ? (__typeof__(&openat))real("openat64") : REAL(openat);
    char room[PATH_MAX];
    const char *ours = at == AT_FDCWD || (path && path[0] == '/') ? below(path, room) : NULL;
    if (!ours) {
        int fd = go(at, path, flags, mode);
        if (fd >= 0 && fd < DESCRIPTORS) watched[fd] = 0;
        return fd;
    }
    pthread_mutex_lock(&lock);
    struct stat before;
    int is_new = (flags & O_CREAT) && stat(path, &before);
    int fd = (is_new && fails(NEEDS_ROOM)) ? -1 : go(at, path, flags, mode);
    if (fd >= 0 && fd < DESCRIPTORS) {
        watched[fd] = 1;
        if (is_new) record(CREATE, ours, NULL, inode_of(fd), 0, NULL, 0);
        else if (flags & O_TRUNC) record(LENGTH, NULL, NULL, inode_of(fd), 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(mode, flags) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { MODE(mode, flags) return opened(AT_FDCWD, path, flags, mode, 0); }
int open64(const char *path, int flags, ...) { MODE(mode, flags) return opened(AT_FDCWD, path, flags, mode, 1); }
int openat(int at, const char *path, int flags, ...) { MODE(mode, flags) return opened(at, path, flags, mode, 0); }
int openat64(int at, const char *path, int flags, ...) { MODE(mode, flags) return opened(at, path, flags, mode, 1); }

int close(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS) watched[fd] = 0;
    return REAL(close)(fd);
}

static int is_ours(int fd) { return fd >= 0 && fd < DESCRIPTORS && watched[fd]; }

/* A write at a place, or where the descriptor stands (offset -1). */
static ssize_t written(int fd, const void *bytes, size_t count, off_t offset) {
    pthread_mutex_lock(&lock);
    size_t most = count;
    int failed = fails(NEEDS_ROOM);
    if (failed && fault == FAULT_SHORT && calls == fault_at && count > 1) {
        most = count / 2; /* as the system may at any time; the calls after it have no room at all */
        failed = 0;
    }
    ssize_t done = -1;
    if (!failed) {
        off_t at = offset >= 0 ? offset : lseek(fd, 0, (fcntl(fd, F_GETFL) & O_APPEND) ? SEEK_END : SEEK_CUR);
        done = offset >= 0 ? REAL(pwrite64)(fd, bytes, most, offset) : REAL(write)(fd, bytes, most);
        if (done > 0) record(WRITE, NULL, NULL, inode_of(fd), (uint64_t)at, bytes, (uint64_t)done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return is_ours(fd) ? written(fd, bytes, count, -1) : REAL(write)(fd, bytes, count);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return is_ours(fd) ? written(fd, bytes, count, offset) : REAL(pwrite)(fd, bytes, count, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return is_ours(fd) ? written(fd, bytes, count, offset) : REAL(pwrite64)(fd, bytes, count, offset);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!is_ours(fd)) return REAL(writev)(fd, parts, count);
    for (int part = 0; part < count; part++) /* the first part that is not empty: a short write is allowed */
        if (parts[part].iov_len) return written(fd, parts[part].iov_base, parts[part].iov_len, -1);
    return 0;
}

static int length_set(int fd, off64_t length) {
    pthread_mutex_lock(&lock);
    int done = fails(NEEDS_ROOM) ? -1 : REAL(ftruncate64)(fd, length);
    if (!done) record(LENGTH, NULL, NULL, inode_of(fd), (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int fd, off_t length) { return is_ours(fd) ? length_set(fd, length) : REAL(ftruncate)(fd, length); }
int ftruncate64(int fd, off64_t length) { return is_ours(fd) ? length_set(fd, length) : REAL(ftruncate64)(fd, length); }
int fallocate(int fd, int mode, off_t offset, off_t length) {
    if (!is_ours(fd)) return REAL(fallocate)(fd, mode, offset, length);
    errno = EOPNOTSUPP; /* as on a file system without it: callers write or set the length instead */
    return -1;
}
int posix_fallocate(int fd, off_t offset, off_t length) {
    return is_ours(fd) ? EOPNOTSUPP : REAL(posix_fallocate)(fd, offset, length);
}

/* Whether a sync of this file is one that only pretends. */
static int pretends(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t bytes = lie ? readlink(link, path, sizeof path - 1) : -1;
    if (bytes < 0) return 0;
    path[bytes] = 0;
    return strstr(path, lie) != NULL;
}

static int synced(int fd, int (*go)(int)) {
    if (!is_ours(fd)) return go(fd);
    pthread_mutex_lock(&lock);
    struct stat found = {0};
    int lies = !fstat(fd, &found) && S_ISREG(found.st_mode) && pretends(fd);
    int failed = fails(SYNCS);
    int done = failed ? -1 : lies ? 0 : go(fd);
    /* After a failed sync the kernel takes the pages for clean: no later sync writes them. */
    if (done) record(SYNC_FAILED, NULL, NULL, (uint64_t)found.st_ino, 0, NULL, 0);
    else if (!lies) record(SYNC, NULL, NULL, (uint64_t)found.st_ino, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

int rename(const char *from, const char *to) {
    char room[PATH_MAX], more[PATH_MAX];
    const char *ours = below(from, room), *new_name = below(to, more);
    if (!ours || !new_name) return REAL(rename)(from, to);
    pthread_mutex_lock(&lock);
    int done = fails(NEEDS_ROOM) ? -1 : REAL(rename)(from, to);
    if (!done) record(RENAME, ours, new_name, 0, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    char room[PATH_MAX];
    const char *ours = below(path, room);
    if (!ours) return REAL(unlink)(path);
    pthread_mutex_lock(&lock);
    int done = fails(CHANGES) ? -1 : REAL(unlink)(path);
    if (!done) record(REMOVE, ours, NULL, 0, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    char room[PATH_MAX];
    const char *ours = below(path, room);
    if (!ours || !*ours) return REAL(mkdir)(path, mode);
    pthread_mutex_lock(&lock);
    struct stat made;
    int done = fails(NEEDS_ROOM) ? -1 : REAL(mkdir)(path, mode);
    if (!done) record(FOLDER, ours, NULL, stat(path, &made) ? 0 : (uint64_t)made.st_ino, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
