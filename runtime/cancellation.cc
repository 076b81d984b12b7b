// Contexts: the tree behind <gocpp/context.h>.
//
// A node holds a reference to its parent, never to a child. There are nodes with a value and nodes that can
// be cancelled. Of the latter each stands in the list of the nearest such node above it (`above`), from its
// making until it is cancelled or gone; that list and `over` are guarded by the upper node's mutex.
//
// Locks: mutexes are gocpp's own, so whoever waits for one parks. They are taken downwards: a cancellation
// keeps those of all nodes between the cancelled one and the one it is at. That makes a child safe to touch:
// to go away it must leave its parent's list, or see that it was taken out, under the parent's mutex, which
// the cancellation holds until it is through with that child's whole subtree. The walk needs no stack, for
// `above` leads back.
//
// A deadline is a runtime timer. Its function runs inside the runtime, where nothing may park, and the end of
// a reference may run the destructors of users' values; so it starts a goroutine that cancels, as Go does.
// The node may be going away at that moment: then the reference cannot be had, and its destructor waits in
// timer_stop for the function to end.

#include "sched.h"
#include "timer.h"

#include <gocpp/context.h>
#include <gocpp/go.h>
#include <gocpp/mutex.h>

#include <atomic>
#include <mutex>

namespace gocpp::detail {

using namespace rt;

class cancel_node;

class context_node {
 public:
  context_node(context_node* up, cancel_node* nearest) noexcept : parent(up), canceler(nearest) {
    if (up)
      up->ref();
  }
  virtual ~context_node() = default;
  /// The value under `key`, or null to go on upwards.
  virtual const struct value_node* value(std::string_view) const noexcept { return nullptr; }

  void ref() noexcept { refs.fetch_add(1, std::memory_order_relaxed); } // from an existing reference
  bool try_ref() noexcept {
    uint32_t n = refs.load(std::memory_order_relaxed);
    while (n != 0)
      if (refs.compare_exchange_weak(n, n + 1, std::memory_order_relaxed))
        return true;
    return false;
  }

  std::atomic<uint32_t> refs{1};
  context_node* parent;
  cancel_node* const canceler; ///< The nearest node, this or above, that can be cancelled; or null.
};

struct value_node : context_node {
  value_node(context_node* up, std::string k, type_key t, std::shared_ptr<const void> v);
  const value_node* value(std::string_view k) const noexcept override { return k == key ? this : nullptr; }

  const std::string key;
  const type_key type;
  const std::shared_ptr<const void> held;
};

class cancel_node : public context_node {
 public:
  cancel_node(context_node* up, int64_t when) noexcept
      : context_node(up, this), above_(up ? up->canceler : nullptr),
        deadline_(above_ && above_->deadline_ < when ? above_->deadline_ : when) {}
  ~cancel_node() override;

  /// Puts the node into the tree and arms its timer, or cancels it at once.
  void begin(int64_t when);
  void cancel(context_error why) noexcept;

  recv_chan<> done() const noexcept { return done_; }
  // acquire: what happened before the cancellation is seen.
  context_error err() const noexcept { return err_.load(std::memory_order_acquire); }
  int64_t deadline() const noexcept { return deadline_; }

 private:
  static int64_t expire(Timer* t, int64_t now);
  bool end_locked(context_error why) noexcept;
  cancel_node* pop_child() noexcept;
  void unlink() noexcept;

  mutex lock_;
  cancel_node* const above_;                            ///< Kept by the chain of parents.
  std::atomic<context_error> err_{context_error::none}; ///< Written once, under lock_.
  chan<> done_;                                         ///< Closed under lock_, after err_ was set.
  const int64_t deadline_;
  Timer timer_;                     ///< Armed and stopped under lock_, or in the destructor.
  cancel_node* children_ = nullptr; ///< Guarded by lock_.
  // Guarded by above_->lock_:
  cancel_node* next_ = nullptr;
  cancel_node** link_ = nullptr; ///< What points to this node; null: in no list.
};

value_node::value_node(context_node* up, std::string k, type_key t,
                       std::shared_ptr<const void> v)
    : context_node(up, up ? up->canceler : nullptr), key(std::move(k)), type(t), held(std::move(v)) {}

cancel_node::~cancel_node() {
  if (above_) {
    std::lock_guard hold(above_->lock_);
    unlink();
  }
  Entry e;
  timer_stop(&timer_);
}

void cancel_node::begin(int64_t when) {
  if (above_) {
    std::unique_lock hold(above_->lock_);
    if (context_error why = above_->err(); why != context_error::none) {
      hold.unlock();
      cancel(why);
      return;
    }
    next_ = above_->children_;
    if (next_)
      next_->link_ = &next_;
    link_ = &above_->children_;
    above_->children_ = this;
  }
  if (when == no_deadline || deadline_ < when)
    return;
  if (when <= now_ns()) {
    cancel(context_error::deadline_exceeded);
    return;
  }
  ensure_started();
  timer_.fire = &expire;
  timer_.arg = this;
  std::lock_guard hold(lock_);
  if (err() != context_error::none)
    return;
  Entry e;
  timer_start(&timer_, when);
}

int64_t cancel_node::expire(Timer* t, int64_t) {
  auto* node = static_cast<cancel_node*>(t->arg);
  if (node->try_ref())
    spawn([node] {
      context_handle keep(node);
      node->cancel(context_error::deadline_exceeded);
    });
  return kNever;
}

/// Ends this node alone; false if it was over. lock_ held.
bool cancel_node::end_locked(context_error why) noexcept {
  if (err_.load(std::memory_order_relaxed) != context_error::none)
    return false;
  {
    Entry e;
    timer_stop(&timer_);
  }
  err_.store(why, std::memory_order_release); // pairs with err()
  done_.close();
  return true;
}

/// Takes a child out of the list. lock_ held.
cancel_node* cancel_node::pop_child() noexcept {
  cancel_node* child = children_;
  if (child)
    child->unlink();
  return child;
}

/// above_->lock_ held.
void cancel_node::unlink() noexcept {
  if (!link_)
    return;
  *link_ = next_;
  if (next_)
    next_->link_ = link_;
  next_ = nullptr;
  link_ = nullptr;
}

void cancel_node::cancel(context_error why) noexcept {
  lock_.lock();
  if (!end_locked(why)) {
    lock_.unlock();
    return;
  }
  for (cancel_node* at = this;;) {
    if (cancel_node* child = at->pop_child()) {
      child->lock_.lock();
      if (child->end_locked(why))
        at = child;
      else
        child->lock_.unlock(); // it was cancelled by itself, its subtree with it
      continue;
    }
    // Once we let go of at's parent at may be gone, but not before: see above.
    cancel_node* up = at->above_;
    at->lock_.unlock();
    if (at == this)
      break;
    at = up;
  }
  if (above_) {
    std::lock_guard hold(above_->lock_);
    unlink();
  }
}

void context_ref(context_node* n) noexcept { n->ref(); }

void context_unref(context_node* n) noexcept {
  // A loop, for a chain may be longer than a stack is deep. acq_rel: as for any count of owners.
  while (n && n->refs.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    context_node* parent = n->parent;
    delete n;
    n = parent;
  }
}

context_handle context_derive(const context_handle& parent, std::int64_t deadline) {
  auto* node = new cancel_node(parent.get(), deadline);
  context_handle handle(node);
  node->begin(deadline);
  return handle;
}

context_handle context_derive(const context_handle& parent, std::string key, type_key type,
                              std::shared_ptr<const void> value) {
  return context_handle(new value_node(parent.get(), std::move(key), type, std::move(value)));
}

namespace {
bool same_type(type_key a, type_key b) noexcept { return a.info && b.info ? *a.info == *b.info : a.tag == b.tag && !a.info && !b.info; }
cancel_node* canceler(const context_handle& c) noexcept { return c.get() ? c.get()->canceler : nullptr; }
} // namespace

void context_cancel(const context_handle& c) noexcept { canceler(c)->cancel(context_error::canceled); }

recv_chan<> context_done(const context_handle& c) noexcept {
  cancel_node* n = canceler(c);
  return n ? n->done() : recv_chan<>();
}

context_error context_err(const context_handle& c) noexcept {
  cancel_node* n = canceler(c);
  return n ? n->err() : context_error::none;
}

std::int64_t context_deadline(const context_handle& c) noexcept {
  cancel_node* n = canceler(c);
  return n ? n->deadline() : no_deadline;
}

const void* context_value(const context_handle& c, std::string_view key,
                          type_key type) noexcept {
  for (context_node* n = c.get(); n; n = n->parent)
    if (const value_node* v = n->value(key))
      return same_type(v->type, type) ? v->held.get() : nullptr;
  return nullptr;
}

} // namespace gocpp::detail
