// Hooked waits that block a thread: the processor is handed off at once, since they are declared.

#include "support.h"

#include "m.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <mutex>
#include <netdb.h>
#include <semaphore.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

struct HookedWaits : WithProcs {};
GOCPP_WITH_PROCS(HookedWaits);

TEST_P(HookedWaits, WaitsOfThreadsLetTheOthersGoOn) {
  std::mutex m;
  std::condition_variable cond;
  bool flag = false;
  sem_t sem;
  sem_init(&sem, 0, 0);
  gocpp::wait_group group;
  for (int i = 0; i < 10; ++i) {
    group.go([&] {
      std::unique_lock hold(m);
      cond.wait(hold, [&] { return flag; });
    });
    group.go([&] {
      std::unique_lock hold(m);
      EXPECT_TRUE(cond.wait_for(hold, 100s, [&] { return flag; }));
    });
    group.go([&] { EXPECT_EQ(sem_wait(&sem), 0); });
  }
  group.go([&] {
    std::unique_lock hold(m);
    std::condition_variable nobody;
    EXPECT_EQ(nobody.wait_for(hold, 1ms), std::cv_status::timeout);
  });
  group.go([] {
    std::thread t([] { usleep(1000); });
    t.join();
  });
  group.go([] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    EXPECT_EQ(getaddrinfo("127.0.0.1", "80", &hints, &found), 0);
    if (found) freeaddrinfo(found);
  });
  group.go([] {
    pid_t child = fork();
    if (child == 0) {
      usleep(1000);  // in a child nothing is hooked
      _exit(7);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
  });
  gocpp::sleep_for(5ms);
  {
    std::lock_guard hold(m);
    flag = true;
  }
  cond.notify_all();
  for (int i = 0; i < 10; ++i) sem_post(&sem);
  group.wait();
  timespec past{0, 0};
  EXPECT_EQ(sem_timedwait(&sem, &past), -1);
  EXPECT_EQ(errno, ETIMEDOUT);
  sem_destroy(&sem);
}

/// Runs `call` in a goroutine and `release` once its thread has given its processor up, which must come to pass. One that was taken
/// by the monitor leaves the lease at `revoked`.
void declares(const char* what, std::function<void()> call, std::function<void()> release) {
  std::atomic<gocpp::rt::M*> thread{nullptr};
  gocpp::wait_group group;
  group.go([&] {
    thread = gocpp::rt::this_m();
    call();
  });
  bool declared = false;
  for (int i = 0; i < 20'000 && !declared; ++i) {
    gocpp::sleep_for(100us);
    gocpp::rt::M* m = thread;
    declared = m && m->lease.state() == gocpp::rt::Lease::none;
  }
  EXPECT_TRUE(declared) << what;
  release();
  group.wait();
}

/// A child process that ends with 7 when its end of a pipe is closed.
struct Child {
  Child() {
    EXPECT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
    id = fork();
    if (id == 0) {
      ::close(pipe_[1]);
      char c;
      while (::read(pipe_[0], &c, 1) < 0) {}
      _exit(7);
    }
    ::close(pipe_[0]);
  }
  void end() { ::close(pipe_[1]); }
  pid_t id;

 private:
  int pipe_[2];
};

TEST_P(HookedWaits, OfChildrenAreDeclared) {
  auto seven = [](int status) { EXPECT_EQ(WEXITSTATUS(status), 7); };
  {
    Child c;
    int status = 0;
    declares("wait", [&] { EXPECT_EQ(wait(&status), c.id); }, [&] { c.end(); });
    seven(status);
  }
  {
    Child c;
    int status = 0;
    declares("waitpid", [&] { EXPECT_EQ(waitpid(c.id, &status, 0), c.id); }, [&] { c.end(); });
    seven(status);
  }
  {
    Child c;
    int status = 0;
    declares("wait4", [&] { EXPECT_EQ(wait4(c.id, &status, 0, nullptr), c.id); }, [&] { c.end(); });
    seven(status);
  }
  {
    Child c;
    siginfo_t info{};
    declares("waitid", [&] { EXPECT_EQ(waitid(P_PID, static_cast<id_t>(c.id), &info, WEXITED), 0); }, [&] { c.end(); });
    EXPECT_EQ(info.si_status, 7);
  }
}

TEST_P(HookedWaits, OfSignalsAreDeclared) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  // Blocked in the waiting thread only, and sent to just that one.
  auto blocked = [&](std::function<void()> call, std::atomic<pthread_t>& self) {
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &set, &before);
    self = pthread_self();
    call();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  };
  std::atomic<pthread_t> self{};
  auto send = [&] { EXPECT_EQ(pthread_kill(self, SIGUSR2), 0); };
  auto in_thread_of_its_own = [&](const char* what, std::function<void()> call) {
    declares(
        what,
        [&] {
          gocpp::lock_os_thread();
          blocked(call, self);
        },
        send);
  };
  in_thread_of_its_own("sigwait", [&] {
    int signal = 0;
    EXPECT_EQ(sigwait(&set, &signal), 0);
    EXPECT_EQ(signal, SIGUSR2);
  });
  in_thread_of_its_own("sigwaitinfo", [&] { EXPECT_EQ(sigwaitinfo(&set, nullptr), SIGUSR2); });
  timespec long_enough{100, 0};
  in_thread_of_its_own("sigtimedwait", [&] { EXPECT_EQ(sigtimedwait(&set, nullptr, &long_enough), SIGUSR2); });
}

TEST_P(HookedWaits, OfFilesAndThreadsAreDeclared) {
  char name[] = "/tmp/gocpp-hooks-XXXXXX";
  int first = mkstemp(name), second = open(name, O_RDWR);
  ASSERT_GE(first, 0);
  ASSERT_GE(second, 0);
  ASSERT_EQ(flock(first, LOCK_EX), 0);
  EXPECT_EQ(flock(second, LOCK_EX | LOCK_NB), -1);
  declares("flock", [&] { EXPECT_EQ(flock(second, LOCK_EX), 0); }, [&] { flock(first, LOCK_UN); });
  EXPECT_EQ(write(first, "text", 4), 4);
  EXPECT_EQ(fsync(first), 0);
  EXPECT_EQ(fdatasync(first), 0);

  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  off_t from = 0;
  EXPECT_EQ(sendfile(ends[0], first, &from, 4), 4);
  char text[4];
  EXPECT_EQ(read(ends[1], text, 4), 4);
  for (int fd : {ends[0], ends[1], first, second}) close(fd);
  unlink(name);

  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  declares("pthread_barrier_wait", [&] { pthread_barrier_wait(&barrier); }, [&] { pthread_barrier_wait(&barrier); });
  pthread_barrier_destroy(&barrier);
}

} // namespace
