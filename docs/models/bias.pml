// The bias of a channel's lock: runtime/chan_lock.h, step by step.
//
// The M of the P that the lock favours, and two strangers. The M's store of `busy` may stay in its store buffer until it
// is drained, by the hardware at any time or by a stranger's membarrier. A holder counts itself in `holders`.
//
// Mutations, each of which must be found out: NO_MEMBARRIER, IGNORE_BUSY, FREE_EARLY.

#define NOBODY 0
#define OWNER 1
#define ENDING 2

byte owner = OWNER;
bool busy = false;      // as memory has it
bool buffered = false;  // stored as true by the M and not seen by others yet
bool spin = false;      // the spin lock
byte holders = 0;

inline hold() {
  holders++;
  assert(holders == 1);
  holders--
}

inline hold_spin() {
  atomic { !spin -> spin = true };
  hold();
  spin = false
}

proctype m() {
  bool mine = false;
  do
  :: owner == OWNER ->
     buffered = true;
     mine = (owner == OWNER);
     if
     :: mine ->
        hold();
        atomic { mine = false; buffered = false; busy = false }  // a release behind what was done
     :: !mine ->
        atomic { buffered = false; busy = false };
        owner == NOBODY;  // end_bias: somebody else ends it
        hold_spin()
     fi
  :: owner == ENDING -> owner == NOBODY
  :: owner == NOBODY -> hold_spin()
  od
}

proctype hardware() {
  do
  :: atomic { buffered -> busy = true; buffered = false }
  od
}

proctype stranger() {
  do
  :: atomic { owner == OWNER -> owner = ENDING };
#ifdef FREE_EARLY
     owner = NOBODY;
#endif
#ifndef NO_MEMBARRIER
     atomic { if :: buffered -> busy = true; buffered = false :: else fi };
#endif
#ifndef IGNORE_BUSY
     !busy;
#endif
     owner = NOBODY;
     hold_spin()
  :: owner == ENDING -> owner == NOBODY
  :: owner == NOBODY -> hold_spin()
  od
}

init {
  atomic { run m(); run hardware(); run stranger(); run stranger() }
}
