// Waits that belong to threads: they block the thread, but the processor goes on with another.

#include "hook.h"

#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>

using namespace gocpp::hooks;

extern "C" {

int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  if (!applies()) return GOCPP_REAL(getaddrinfo)(name, service, hints, found);
  return in_thread([&] { return GOCPP_REAL(getaddrinfo)(name, service, hints, found); });
}

int getnameinfo(const sockaddr* address, socklen_t size, char* host, socklen_t host_size, char* service,
                socklen_t service_size, int flags) {
  auto call = [&] { return GOCPP_REAL(getnameinfo)(address, size, host, host_size, service, service_size, flags); };
  return applies() ? in_thread(call) : call();
}

int pthread_cond_wait(pthread_cond_t* cond, pthread_mutex_t* mutex) {
  if (!applies()) return GOCPP_REAL(pthread_cond_wait)(cond, mutex);
  return in_thread([&] { return GOCPP_REAL(pthread_cond_wait)(cond, mutex); });
}

int pthread_cond_timedwait(pthread_cond_t* cond, pthread_mutex_t* mutex, const timespec* until) {
  if (!applies()) return GOCPP_REAL(pthread_cond_timedwait)(cond, mutex, until);
  return in_thread([&] { return GOCPP_REAL(pthread_cond_timedwait)(cond, mutex, until); });
}

int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  if (!applies()) return GOCPP_REAL(pthread_cond_clockwait)(cond, mutex, clock, until);
  return in_thread([&] { return GOCPP_REAL(pthread_cond_clockwait)(cond, mutex, clock, until); });
}

int pthread_join(pthread_t thread, void** result) {
  if (!applies()) return GOCPP_REAL(pthread_join)(thread, result);
  return in_thread([&] { return GOCPP_REAL(pthread_join)(thread, result); });
}

int sem_wait(sem_t* sem) {
  if (!applies()) return GOCPP_REAL(sem_wait)(sem);
  if (sem_trywait(sem) == 0) return 0;
  return in_thread([&] { return GOCPP_REAL(sem_wait)(sem); });
}

int sem_timedwait(sem_t* sem, const timespec* until) {
  if (!applies()) return GOCPP_REAL(sem_timedwait)(sem, until);
  if (sem_trywait(sem) == 0) return 0;
  return in_thread([&] { return GOCPP_REAL(sem_timedwait)(sem, until); });
}

int sem_clockwait(sem_t* sem, clockid_t clock, const timespec* until) {
  if (!applies()) return GOCPP_REAL(sem_clockwait)(sem, clock, until);
  if (sem_trywait(sem) == 0) return 0;
  return in_thread([&] { return GOCPP_REAL(sem_clockwait)(sem, clock, until); });
}

int pthread_barrier_wait(pthread_barrier_t* barrier) {
  if (!applies()) return GOCPP_REAL(pthread_barrier_wait)(barrier);
  return in_thread([&] { return GOCPP_REAL(pthread_barrier_wait)(barrier); });
}

} // extern "C"
