// Preloaded into the daemons of Slurm: sets TCP_NODELAY on their connections. Slurm 22.05 writes
// the length of a message and the message in two pieces, and on loopback each call then waits 40 ms
// for the kernel's delayed acknowledgement.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

static void SetNoDelay(int file) {
  const int on = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on other sockets: no matter
}

int accept4(int file, struct sockaddr* address, socklen_t* length, int flags) {
  int (*next)(int, struct sockaddr*, socklen_t*, int) = dlsym(RTLD_NEXT, "accept4");
  const int accepted = next(file, address, length, flags);
  if (accepted >= 0) SetNoDelay(accepted);
  return accepted;
}

int accept(int file, struct sockaddr* address, socklen_t* length) {
  return accept4(file, address, length, 0);
}

int connect(int file, const struct sockaddr* address, socklen_t length) {
  int (*next)(int, const struct sockaddr*, socklen_t) = dlsym(RTLD_NEXT, "connect");
  if (address != NULL && address->sa_family != AF_UNIX) SetNoDelay(file);
  return next(file, address, length);
}
