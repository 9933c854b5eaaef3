/* A process that maps what its arguments say, says so by a line, and waits to be killed.
 *
 *   load PATH        load a library
 *   memfd NAME       code in memory of memfd_create(2)
 *   sysv -           code in shared memory of System V
 *   zero -           code in shared anonymous memory
 *   shared PATH      code in a file that is made, mapped shared and deleted
 *   private PATH     the same, mapped private
 *   data PATH        the same, but no code
 *   tmpfile DIR      code in a file that never had a name
 *   writable -       anonymous memory that can be written and executed
 *   anonymous -      anonymous memory that can be executed
 *   heap -           a heap that can be executed
 *   stack -          a stack that can be executed
 *   double NAME      a memfd mapped twice, to be written and to be executed
 *   root DIR         change the root directory
 *   unshare -        have a mount namespace of its own
 *   bind FROM:TO     mount a directory over another
 *   overlay DIR      mount DIR/upper over DIR/lower as DIR/merged
 *   fork -           wait for a byte of standard input, and go on in a child too
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <signal.h>
#include <unistd.h>

#define CODE (PROT_READ | PROT_EXEC)
#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

/* Of the parts of a stack the kernel calls the one so that has this. */
static void *start_of_stack;

static void check(int works, const char *what)
{
    if (!works) {
        perror(what);
        exit(3);
    }
}

static void map(int prot, int flags, int fd)
{
    check(mmap(NULL, PAGE, prot, flags, fd, 0) != MAP_FAILED, "mmap");
}

static int sized(int fd)
{
    check(fd >= 0 && ftruncate(fd, (off_t)PAGE) == 0, "file");
    return fd;
}

static void deleted(const char *path, int prot, int flags)
{
    int fd = sized(open(path, O_RDWR | O_CREAT | O_EXCL, 0700));
    map(prot, flags, fd);
    check(unlink(path) == 0, path);
    close(fd);
}

/* As sbrk(3), which musl refuses. */
static void *more_heap(void)
{
    char *end = (char *)syscall(SYS_brk, 0);
    check(syscall(SYS_brk, end + PAGE * 2) == (long)(end + PAGE * 2), "brk");
    return end;
}

static void page_of(void *address)
{
    char *page = (char *)((size_t)address / PAGE * PAGE);
    check(mprotect(page, PAGE, CODE | PROT_WRITE) == 0, "mprotect");
}

static void shared_segment(void)
{
    int id = shmget(IPC_PRIVATE, PAGE, 0700);
    check(id >= 0 && shmat(id, NULL, SHM_EXEC) != (void *)-1, "shmat");
    check(shmctl(id, IPC_RMID, NULL) == 0, "shmctl");
}

static void bind_mount(char *paths)
{
    char *to = strchr(paths, ':');
    *to++ = 0;
    check(mount(paths, to, NULL, MS_BIND, NULL) == 0, "mount");
}

static void overlay(const char *directory)
{
    char options[4096], merged[1024];
    snprintf(merged, sizeof merged, "%s/merged", directory);
    snprintf(options, sizeof options, "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", directory, directory, directory);
    check(mount("overlay", merged, "overlay", 0, options) == 0, "overlay");
}

static void fork_later(void)
{
    char byte;
    int child;
    printf("waiting %d\n", getpid());
    fflush(stdout);
    check(read(0, &byte, 1) == 1, "read");
    child = fork();
    check(child >= 0, "fork");
    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void act(const char *action, char *argument)
{
#define IS(name) (strcmp(action, name) == 0)
    int fd;
    if (IS("load")) {
        void *library = dlopen(argument, RTLD_NOW);
        if (!library)
            fprintf(stderr, "%s\n", dlerror());
        check(library != NULL, argument);
    } else if (IS("memfd"))
        map(CODE, MAP_SHARED, sized(memfd_create(argument, 0)));
    else if (IS("sysv"))
        shared_segment();
    else if (IS("zero"))
        map(CODE, MAP_SHARED | MAP_ANONYMOUS, -1);
    else if (IS("shared"))
        deleted(argument, CODE, MAP_SHARED);
    else if (IS("private"))
        deleted(argument, CODE, MAP_PRIVATE);
    else if (IS("data"))
        deleted(argument, PROT_READ, MAP_PRIVATE);
    else if (IS("tmpfile"))
        map(CODE, MAP_SHARED, sized(open(argument, O_TMPFILE | O_RDWR, 0700)));
    else if (IS("writable"))
        map(CODE | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    else if (IS("anonymous"))
        map(CODE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    else if (IS("heap"))
        page_of(more_heap());
    else if (IS("stack"))
        page_of(start_of_stack);
    else if (IS("double")) {
        fd = sized(memfd_create(argument, 0));
        map(CODE, MAP_SHARED, fd);
        map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    } else if (IS("root"))
        check(chroot(argument) == 0 && chdir("/") == 0, "chroot");
    else if (IS("unshare"))
        check(unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "unshare");
    else if (IS("bind"))
        bind_mount(argument);
    else if (IS("overlay"))
        overlay(argument);
    else if (IS("fork"))
        fork_later();
    else
        check(0, action);
}

int main(int count, char **arguments)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* argc, which is below */
    start_of_stack = arguments - 1;
    for (int i = 1; i + 1 < count; i += 2)
        act(arguments[i], arguments[i + 1]);
    printf("ready %d\n", getpid());
    fflush(stdout);
    for (;;)
        pause();
}
