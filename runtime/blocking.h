// Declared blocking: the two ways to say that the thread is about to sleep in the kernel.
//
// gocpp::blocking(f) gives the P up at once, since `f` is expected to take long. A DeclaredBlock stands around one
// system call that is mostly short, such as a read of a file: the M keeps its lease, and the monitor takes it if the
// call lasts.
#pragma once

#include "sched.h"

namespace gocpp::rt {

/// Around a system call that may block. No runtime call may happen inside. The goroutine may be in another thread
/// afterwards; the call's errno goes along, but has to be read through gocpp::detail::errno_location().
class DeclaredBlock {
 public:
  DeclaredBlock() noexcept;
  ~DeclaredBlock();
  DeclaredBlock(const DeclaredBlock&) = delete;
  DeclaredBlock& operator=(const DeclaredBlock&) = delete;

 private:
  M* m_;  ///< Null in a plain thread.
};

} // namespace gocpp::rt
