// A lock that many readers or one writer hold.
#pragma once

#include <gocpp/detail/wait_core.h>

#include <atomic>
#include <cstdint>

namespace gocpp {
namespace detail {

/// As wait_core; the runtime's view of it stands in runtime/shared_mutex.cc.
struct shared_core : wait_core {
  alignas(8) unsigned char readers[16] = {};
  std::uint32_t active = 0, permits = 0;
};

void shared_mutex_lock(shared_core& c) noexcept;
void shared_mutex_unlock(shared_core& c) noexcept;
/// For one that is counted in the word.
void shared_mutex_lock_shared(shared_core& c) noexcept;
/// `before`: the word with us as a reader.
void shared_mutex_unlock_shared(shared_core& c, std::uint32_t before) noexcept;

inline constexpr std::uint32_t shared_writer = 1, shared_waiters = 2, shared_reader = 4;

} // namespace detail

/// A mutex that many may hold for reading or one for writing; Go's sync.RWMutex, std::shared_mutex's
/// interface. Use it with std::shared_lock and std::unique_lock. A reader that comes after a waiting writer waits behind it,
/// and after each writer all the readers that wait come first, so neither side starves. A reader must not lock
/// it again for reading.
class shared_mutex {
 public:
  constexpr shared_mutex() noexcept = default;
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;

  /// Waits until nobody holds the mutex and takes it for writing.
  void lock() noexcept {
    if (!try_lock()) [[unlikely]]
      detail::shared_mutex_lock(core_);
  }
  /// Takes the mutex for writing if nobody holds it. Never waits.
  bool try_lock() noexcept {
    std::uint32_t w = 0;
    return core_.word.compare_exchange_strong(w, detail::shared_writer, std::memory_order_acquire,
                                              std::memory_order_relaxed);
  }
  /// Ends writing. Where others wait for the mutex, a goroutine lets those run first. Without a writer: `fatal error: unlock of
  /// unlocked shared_mutex`.
  void unlock() noexcept {
    std::uint32_t w = detail::shared_writer;
    // release: pairs with the acquire of the next holder, reader or writer.
    if (!core_.word.compare_exchange_strong(w, 0, std::memory_order_release, std::memory_order_relaxed))
        [[unlikely]]
      detail::shared_mutex_unlock(core_);
  }

  /// Waits until no writer holds or waits for the mutex and takes it for reading.
  void lock_shared() noexcept {
    // acquire: pairs with the release of the last writer.
    if (core_.word.fetch_add(detail::shared_reader, std::memory_order_acquire) & detail::shared_writer) [[unlikely]]
      detail::shared_mutex_lock_shared(core_);
  }
  /// Takes the mutex for reading if no writer holds or waits for it. Never waits.
  bool try_lock_shared() noexcept {
    std::uint32_t w = core_.word.load(std::memory_order_relaxed);
    while (!(w & detail::shared_writer))
      if (core_.word.compare_exchange_weak(w, w + detail::shared_reader, std::memory_order_acquire,
                                           std::memory_order_relaxed))
        return true;
    return false;
  }
  /// Ends one reading. Where a writer waits, a goroutine lets others run first. Without a reader: `fatal error: unlock_shared
  /// of unlocked shared_mutex`.
  void unlock_shared() noexcept {
    // release: what was read was read before the next writer writes.
    std::uint32_t w = core_.word.fetch_sub(detail::shared_reader, std::memory_order_release);
    if (w < detail::shared_reader || (w & detail::shared_writer)) [[unlikely]]
      detail::shared_mutex_unlock_shared(core_, w);
  }

 private:
  detail::shared_core core_;
};

} // namespace gocpp
