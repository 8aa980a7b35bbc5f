/*
 * droplast: what a power cut leaves behind.
 *
 * Preloaded into a process, it replaces fsync and fdatasync for everything
 * below $DROPLAST_DIR: instead of asking the disk it copies what is promised
 * to be durable into $DROPLAST_SHADOW:
 *
 *   files/<inode>  content of the file at its last fsync or fdatasync
 *   dirs/<inode>   entries of the folder at its last fsync: type, inode, name
 *   keep/<inode>   a hard link, so that the inode's number is not used again
 *
 * Whoever ends the process (SIGKILL) can then build the tree that a disk
 * would hold which kept only what it was told to keep.
 *
 * While there is a file `refuse` in the shadow folder, every call fails (EIO);
 * while there is `refuse-data`, only fdatasync does.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char buffer[1 << 20];

static int copy_file(int fd, const char *shadow, unsigned long inode)
{
    char from[64], tmp[PATH_MAX], to[PATH_MAX];
    snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
    snprintf(tmp, sizeof tmp, "%s/files/%lu.tmp", shadow, inode);
    snprintf(to, sizeof to, "%s/files/%lu", shadow, inode);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int bad = in < 0 || out < 0;
    ssize_t got;
    while (!bad && (got = read(in, buffer, sizeof buffer)) != 0) {
        if (got < 0 || write(out, buffer, got) != got)
            bad = 1;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (bad || rename(tmp, to) != 0)
        return -1;
    snprintf(to, sizeof to, "%s/keep/%lu", shadow, inode);
    if (linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) != 0 && errno != EEXIST && errno != ENOENT)
        return -1;
    return 0;
}

static int copy_dir(const char *path, const char *shadow, unsigned long inode)
{
    char tmp[PATH_MAX], to[PATH_MAX];
    snprintf(tmp, sizeof tmp, "%s/dirs/%lu.tmp", shadow, inode);
    snprintf(to, sizeof to, "%s/dirs/%lu", shadow, inode);
    DIR *dir = opendir(path);
    FILE *out = fopen(tmp, "we");
    if (!dir || !out)
        return -1;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        fprintf(out, "%c %lu %s\n", entry->d_type == DT_DIR ? 'd' : 'f', (unsigned long)entry->d_ino, entry->d_name);
    }
    closedir(dir);
    if (fclose(out) != 0)
        return -1;
    return rename(tmp, to);
}

static int refused(const char *shadow, const char *how)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", shadow, how);
    return access(path, F_OK) == 0;
}

/* 1: not ours, 0: kept, -1: failed */
static int keep(int fd, int data)
{
    const char *root = getenv("DROPLAST_DIR"), *shadow = getenv("DROPLAST_SHADOW");
    if (!root || !shadow)
        return 1;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 1;
    path[length] = 0;
    size_t n = strlen(root);
    if (strncmp(path, root, n) != 0 || (path[n] != 0 && path[n] != '/'))
        return 1;
    struct stat st;
    if (fstat(fd, &st) != 0)
        return 1;
    if (refused(shadow, "refuse") || (data && refused(shadow, "refuse-data"))) {
        errno = EIO;
        return -1;
    }
    pthread_mutex_lock(&lock);
    int done = S_ISDIR(st.st_mode) ? copy_dir(path, shadow, st.st_ino) : copy_file(fd, shadow, st.st_ino);
    pthread_mutex_unlock(&lock);
    if (done != 0)
        errno = EIO;
    return done;
}

int fsync(int fd)
{
    int kept = keep(fd, 0);
    return kept == 1 ? (int)syscall(SYS_fsync, fd) : kept;
}

int fdatasync(int fd)
{
    int kept = keep(fd, 1);
    return kept == 1 ? (int)syscall(SYS_fdatasync, fd) : kept;
}
