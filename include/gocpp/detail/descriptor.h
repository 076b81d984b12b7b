// What connections, listeners and files are: handles to a descriptor that the runtime counts references of.
//
// A descriptor's number is given back to the system only when no operation uses it any more, so an operation never
// meets a number that has been reused. The runtime's side is runtime/descriptor.h.
#pragma once

#include <gocpp/detail/buffer.h>
#include <gocpp/detail/deadline.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace gocpp::io {

/// What reads and writes report beside the system's errors.
enum class errc {
  closed = 1,      ///< The object was closed, before the operation or during it. Equals std::errc::operation_canceled.
  unexpected_end,  ///< The stream ended in the middle of what was to be read.
  line_too_long,   ///< A line or field is longer than the limit that was given.
};
const std::error_category& category() noexcept;
inline std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), category()}; }

/// When operations give up: a time point of any clock, a duration from now, or std::nullopt for never.
class deadline {
 public:
  deadline(std::nullopt_t) noexcept : when_(detail::no_deadline) {}
  template <class Rep, class Period>
  deadline(const std::chrono::duration<Rep, Period>& d) noexcept : when_(detail::deadline_after(d)) {}
  template <class Clock, class Duration>
  deadline(const std::chrono::time_point<Clock, Duration>& t) noexcept : when_(detail::deadline_at(t)) {}

  template <class NumberWithoutUnit>
    requires std::is_arithmetic_v<NumberWithoutUnit>
  deadline(NumberWithoutUnit) = delete;

  /// In nanoseconds of steady_clock.
  std::int64_t ns() const noexcept { return when_; }

 private:
  std::int64_t when_;
};

} // namespace gocpp::io

template <> struct std::is_error_code_enum<gocpp::io::errc> : std::true_type {};

namespace gocpp::detail {

struct descriptor;

void descriptor_ref(descriptor* d) noexcept;
/// The last one closes.
void descriptor_unref(descriptor* d) noexcept;
int descriptor_number(const descriptor* d) noexcept;
void descriptor_close(descriptor* d, std::error_code& ec) noexcept;

enum descriptor_side : unsigned { side_read = 1, side_write = 2, side_both = 3 };
void descriptor_deadline(descriptor* d, unsigned sides, std::int64_t when, std::error_code& ec) noexcept;

// Of a null handle: std::errc::bad_file_descriptor. `ec` is cleared on success.
std::size_t descriptor_read(descriptor* d, void* to, std::size_t size, std::error_code& ec) noexcept;
std::size_t descriptor_write(descriptor* d, const void* from, std::size_t size, std::error_code& ec) noexcept;
std::size_t descriptor_write(descriptor* d, const io::const_buffer* buffers, std::size_t count, std::error_code& ec) noexcept;
/// Moves up to `limit` bytes inside the kernel, fewer if the source ends, and adds them to `copied`. False, without an
/// error, when the kernel cannot go on between these two.
bool descriptor_copy(descriptor* to, descriptor* from, std::uint64_t limit, std::uint64_t& copied, std::error_code& ec) noexcept;

/// Throws a std::system_error whose text has the operation and what it was done to.
[[noreturn]] void throw_io_error(const char* operation, const descriptor* d, const std::error_code& ec);

/// Owns one reference to a descriptor, or none.
class descriptor_handle {
 public:
  constexpr descriptor_handle() noexcept = default;
  constexpr explicit descriptor_handle(descriptor* adopted) noexcept : d_(adopted) {}
  descriptor_handle(const descriptor_handle& other) noexcept : d_(other.d_) {
    if (d_) descriptor_ref(d_);
  }
  descriptor_handle(descriptor_handle&& other) noexcept : d_(std::exchange(other.d_, nullptr)) {}
  descriptor_handle& operator=(descriptor_handle other) noexcept {
    std::swap(d_, other.d_);
    return *this;
  }
  ~descriptor_handle() {
    if (d_) descriptor_unref(d_);
  }
  descriptor* get() const noexcept { return d_; }

 private:
  descriptor* d_ = nullptr;
};

/// What everything has that can be closed. A handle: copies name the same thing, which the last of them closes.
/// Operations are const, as on a pointer, and may be called from any goroutines and threads at once.
class io_object {
 public:
  /// True when the handle names something, open or closed.
  explicit operator bool() const noexcept { return core() != nullptr; }
  /// Closes. Operations that wait on it, in whatever goroutine, end with io::errc::closed, as later ones do. Closing
  /// what is closed does nothing. Of a socket or pipe it returns once the number is free; a file that is being
  /// read or written is closed when that is over. Throws what the system says, and is closed nevertheless.
  void close() const {
    std::error_code ec;
    descriptor_close(core(), ec);
    if (ec) throw_io_error("close", core(), ec);
  }
  void close(std::error_code& ec) const noexcept { descriptor_close(core(), ec); }
  /// The system's number, for options that have no function here; -1 when closed. It is non-blocking if it can be.
  int native_handle() const noexcept { return descriptor_number(core()); }

  friend bool operator==(const io_object& a, const io_object& b) noexcept { return a.core() == b.core(); }

  /// For the library.
  descriptor* core() const noexcept { return handle_.get(); }

 protected:
  constexpr io_object() noexcept = default;
  explicit io_object(descriptor_handle handle) noexcept : handle_(std::move(handle)) {}
  void set(unsigned sides, io::deadline t) const {
    std::error_code ec;
    descriptor_deadline(core(), sides, t.ns(), ec);
    if (ec) throw_io_error("set deadline", core(), ec);
  }
  descriptor_handle handle_;
};

/// What is read and written as bytes.
class io_stream : public io_object {
 public:
  /// Reads what is there, at least one byte, waiting for it; gives how many. 0: the stream has ended (or
  /// `to` is empty). Readers take turns. Throws std::system_error; std::errc::timed_out when a deadline passed.
  std::size_t read(io::mutable_buffer to) const {
    std::error_code ec;
    std::size_t n = descriptor_read(core(), to.data(), to.size(), ec);
    if (ec) throw_io_error("read", core(), ec);
    return n;
  }
  std::size_t read(io::mutable_buffer to, std::error_code& ec) const noexcept {
    return descriptor_read(core(), to.data(), to.size(), ec);
  }
  std::size_t read(void* to, std::size_t size) const { return read(io::mutable_buffer(to, size)); }

  /// Writes all of `from`, waiting for room; gives its size. Writers take turns, so what they write is not mixed.
  /// Throws std::system_error; then part of it may have been written.
  std::size_t write(io::const_buffer from) const {
    std::error_code ec;
    std::size_t n = descriptor_write(core(), from.data(), from.size(), ec);
    if (ec) throw_io_error("write", core(), ec);
    return n;
  }
  /// The same; gives how much was written also when there was an error.
  std::size_t write(io::const_buffer from, std::error_code& ec) const noexcept {
    return descriptor_write(core(), from.data(), from.size(), ec);
  }
  std::size_t write(const void* from, std::size_t size) const { return write(io::const_buffer(from, size)); }
  /// Writes several buffers as if they were one: `c.write({head, body})`.
  std::size_t write(std::span<const io::const_buffer> from) const {
    std::error_code ec;
    std::size_t n = descriptor_write(core(), from.data(), from.size(), ec);
    if (ec) throw_io_error("write", core(), ec);
    return n;
  }
  std::size_t write(std::span<const io::const_buffer> from, std::error_code& ec) const noexcept {
    return descriptor_write(core(), from.data(), from.size(), ec);
  }
  std::size_t write(std::initializer_list<io::const_buffer> from) const {
    return write(std::span<const io::const_buffer>(from.begin(), from.size()));
  }

  /// When waiting reads and writes, present and future, give up with std::errc::timed_out. A moment in the past ends them
  /// at once; std::nullopt, the state at first, lets them wait for ever. Stays until it is set anew.
  void set_deadline(io::deadline t) const { set(side_both, t); }
  void set_read_deadline(io::deadline t) const { set(side_read, t); }
  void set_write_deadline(io::deadline t) const { set(side_write, t); }

 protected:
  constexpr io_stream() noexcept = default;
  explicit io_stream(descriptor_handle handle) noexcept : io_object(std::move(handle)) {}
};

} // namespace gocpp::detail
