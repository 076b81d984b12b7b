// The bias of channels' locks: runtime/chan_lock.h and chan_bias.h, step by step.
//
// Two channels, the M of the P that their locks favour, and two strangers, each of whom comes to one or the other and ends
// its bias alone or with the P's key. The M's stores of `busy` may stay in its store buffer until they are drained, by the
// hardware at any time or by a stranger's membarrier. A holder counts itself in `holders`.
//
// Mutations, each of which must be found out: NO_MEMBARRIER, IGNORE_BUSY, FREE_EARLY, ONE_LOOK, NO_WAIT_FOR_KEY.

#define NOBODY 0
#define ENDING 1
#define FIRST 2  // the P's key, and the one after it
#define SECOND 3

byte key = FIRST;
bool key_lock = false;
byte owner[2] = {FIRST, FIRST};
bool busy[2];      // as memory has it
bool buffered[2];  // stored as true by the M and not seen by others yet
bool spin[2];      // the spin lock
byte holders[2];

inline hold(c) {
  holders[c]++;
  assert(holders[c] == 1);
  holders[c]--
}

inline hold_spin(c) {
  atomic { !spin[c] -> spin[c] = true };
  hold(c);
  spin[c] = false
}

inline membarrier() {
#ifndef NO_MEMBARRIER
  atomic {
    if :: buffered[0] -> busy[0] = true; buffered[0] = false :: else fi;
    if :: buffered[1] -> busy[1] = true; buffered[1] = false :: else fi
  }
#else
  skip
#endif
}

// The key that `mine` was is no longer the P's when this ends, or the caller has had its own membarrier.
inline end_key(mine) {
#ifndef NO_WAIT_FOR_KEY
  atomic { !key_lock -> key_lock = true };
#endif
  if
  :: key != mine -> key_lock = false
  :: key == mine -> key_lock = false; membarrier()      // of this channel alone
  :: key == mine && key == FIRST ->                      // of all
     key = SECOND;
     membarrier();
     key_lock = false
  fi
}

inline end_bias(c, mine) {
  do
  :: owner[c] == NOBODY -> break
  :: atomic { owner[c] > ENDING -> mine = owner[c]; owner[c] = ENDING };
#ifdef FREE_EARLY
     owner[c] = NOBODY;
#endif
     end_key(mine);
#ifndef IGNORE_BUSY
     !busy[c];
#endif
     owner[c] = NOBODY;
     break
  od;
  mine = NOBODY
}

proctype m() {
  byte c, mine;
  bool ours;
  do
  :: if :: c = 0 :: c = 1 fi;
     mine = owner[c];
     ours = false;
     if
     :: mine == key ->
        buffered[c] = true;
#ifdef ONE_LOOK
        ours = (owner[c] == mine);
#else
        ours = (owner[c] == mine);
        ours = (ours && key == mine);
#endif
        if
        :: ours ->
           hold(c);
           atomic { buffered[c] = false; busy[c] = false }  // a release behind what was done
        :: else -> atomic { buffered[c] = false; busy[c] = false }
        fi
     :: else
     fi;
     if
     :: ours
     :: else ->
        end_bias(c, mine);
        hold_spin(c)
     fi
  od
}

proctype hardware() {
  do
  :: atomic { buffered[0] -> busy[0] = true; buffered[0] = false }
  :: atomic { buffered[1] -> busy[1] = true; buffered[1] = false }
  od
}

proctype stranger() {
  byte c, mine;
  do
  :: if :: c = 0 :: c = 1 fi;
     end_bias(c, mine);
     hold_spin(c)
  od
}

init {
  atomic { run m(); run hardware(); run stranger(); run stranger() }
}
