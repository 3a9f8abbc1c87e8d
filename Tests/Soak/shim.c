// Loaded into an instance with LD_PRELOAD. Its clock on the wall goes by an offset that the soak changes while the instance
// runs, and its connections to the broker go to the soak's proxy, whatever address the broker tells.
//
// SOAK_CLOCK names a file of 8 bytes: the offset in nanoseconds. SOAK_FROM and SOAK_TO are ports of 127.0.0.1.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t none;
static volatile int64_t *offset = &none;
static int from, to;
static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_connect)(int, const struct sockaddr *, socklen_t);
static int (*real_standard_wait)(cnd_t *, mtx_t *, const struct timespec *);
static int (*real_wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

// Called before the first use, which may come before constructors run.
static void find(void) {
  if (real_wait) return;
  real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  real_connect = dlsym(RTLD_NEXT, "connect");
  real_standard_wait = dlsym(RTLD_NEXT, "cnd_timedwait");
  // On x86-64 the symbol without a version is that of another, older structure.
  void *wait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  real_wait = wait ? wait : dlsym(RTLD_NEXT, "pthread_cond_timedwait");
}

__attribute__((constructor)) static void begin(void) {
  find();
  if (getenv("SOAK_FROM") && getenv("SOAK_TO")) {
    from = atoi(getenv("SOAK_FROM"));
    to = atoi(getenv("SOAK_TO"));
  }
  int file = getenv("SOAK_CLOCK") ? open(getenv("SOAK_CLOCK"), O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) offset = page;
  close(file);
}

static void add(struct timespec *value, int64_t nanoseconds) {
  int64_t total = value->tv_nsec + nanoseconds % 1000000000;
  value->tv_sec += nanoseconds / 1000000000;
  if (total < 0) {
    total += 1000000000;
    value->tv_sec--;
  } else if (total >= 1000000000) {
    total -= 1000000000;
    value->tv_sec++;
  }
  value->tv_nsec = total;
}

int clock_gettime(clockid_t clock, struct timespec *value) {
  find();
  int result = real_gettime(clock, value);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) add(value, *offset);
  return result;
}

int gettimeofday(struct timeval *value, void *zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  value->tv_sec = now.tv_sec;
  value->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *value) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (value) *value = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec *value, int base) {
  if (base != TIME_UTC) return 0;
  clock_gettime(CLOCK_REALTIME, value);
  return base;
}

// The kernel's clock has not been stepped: a time on the wall is told to it as it knows it. Times on the monotonic clock
// are those since the machine began, and smaller than any on the wall.
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *end) {
  find();
  struct timespec real = *end;
  if (real.tv_sec > 1000000000) add(&real, -*offset);
  return real_wait(condition, mutex, &real);
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *end) {
  find();
  struct timespec real = *end;
  add(&real, -*offset);
  return real_standard_wait(condition, mutex, &real);
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
  find();
  const struct sockaddr_in *internet = (const struct sockaddr_in *)address;
  if (from && address->sa_family == AF_INET && length >= sizeof *internet && ntohs(internet->sin_port) == from) {
    struct sockaddr_in other = *internet;
    other.sin_port = htons((uint16_t)to);
    return real_connect(socket, (const struct sockaddr *)&other, sizeof other);
  }
  return real_connect(socket, address, length);
}
