// The untyped entry points of the runtime that gocpp's templates call. Not for users, nor for generated code,
// which keeps to abi.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gocpp::detail {

// ---- goroutines ---------------------------------------------------------------------------------------------

/// Takes a new goroutine with room for a closure of that size; it does not run yet. Never blocks for long.
void* spawn_begin(std::size_t size, std::size_t align);
/// Lets the goroutine of `closure` run `run(closure)`. `run` destroys the closure.
void spawn_commit(void* closure, void (*run)(void*));
/// Takes back a goroutine whose closure could not be made.
void spawn_abort(void* closure) noexcept;

[[noreturn]] void throw_panic(const char* text);
[[noreturn]] void fatal_from_library(const char* text) noexcept;

// ---- channels -----------------------------------------------------------------------------------------------

struct chan_core;

/// How the core treats elements. `move` constructs *to out of *from; null means memcpy. `destroy` null: nothing to do.
struct elem_ops {
  std::size_t size;
  std::size_t align;
  void (*move)(void* to, void* from) noexcept;
  void (*destroy)(void* elem) noexcept;
};

chan_core* chan_make(const elem_ops* ops, std::ptrdiff_t capacity);
void chan_ref(chan_core* c) noexcept;
void chan_unref(chan_core* c) noexcept;

/// Sends the element at `from`, which is moved out of. Parks while there is no room; panics when closed.
void chan_send(chan_core* c, void* from);
/// Receives into raw memory at `to`. False, and nothing constructed, once the channel is closed and drained.
bool chan_recv(chan_core* c, void* to);
/// The same without waiting, of a channel that is not nil; chan_state.h looks first whether it can do something.
bool chan_try_send(chan_core* c, void* from);
enum class try_result { got, would_block, closed };
try_result chan_try_recv(chan_core* c, void* to);
void chan_close(chan_core* c);
std::size_t chan_len(const chan_core* c) noexcept;
std::size_t chan_cap(const chan_core* c) noexcept;

// ---- select -------------------------------------------------------------------------------------------------

/// One case of a select. The runtime links `waiter` into the channel's queue while the select is parked.
struct select_case {
  chan_core* channel;
  void* elem;    ///< Send: the value to move out of. Receive: raw memory.
  bool is_send;
  bool received; ///< Receive: whether a value was constructed in *elem.
  alignas(8) unsigned char waiter[96];
};

inline constexpr int select_default = -1;

/// Waits until one case has taken effect and says which. With `has_default`, select_default instead of waiting; a single
/// case with a default is one of the tries above.
int select_wait(select_case* cases, int count, bool has_default);

/// What `select {}` does.
[[noreturn]] void block_forever();

} // namespace gocpp::detail
