// The lease of a P: Ms that enter and leave the runtime, block and come back, and two revokers (lease.h, p.cc, sysmon.cc).
//
// Two Ms share one P. An M's store of `inside` goes through a store buffer, as on real hardware: others see it only once it is
// flushed, which happens some time, or when somebody runs membarrier. All other shared words are written by atomic
// operations that flush, and are sequentially consistent here.
//
// `users` is a ghost: who uses the P counts itself, and nobody decides by it. Checked: never two users; the P is never lost
// (`given`: while an M waits, what nobody has goes to somebody); an M that computes or sleeps for ever outside the runtime loses it to
// one that waits (`taken`). An M that keeps coming in may keep its P: it runs what others have queued.
//
// Mutations, each of which must be found out: NO_MEMBARRIER, IGNORE_INSIDE, BLIND_SURRENDER, LOSE_P.

#define NONE 9
#define IDLE 8
#define MOVING 7

mtype = { none, held, preempt, revoking, revoked };

mtype state[2];
bool inside[2];    // as memory has it
bool buffered[2];  // stored as 1 by its M and not seen by others yet
bool has_p[2];     // M::p
byte p_m = NONE;   // P::m: the M that has the P, IDLE, MOVING, or NONE while a revoker or an M that gave it up decides
bool next[2] = true; // on the P of the M stands what would run next; the M puts it there each time that it is inside
bool waits[2];     // an M among those that wait for a P
bool stuck[2];     // in user code, and will not come in as long as it has the P
byte users = 0;

inline use_p() {
  users++;
  assert(users == 1);
  users--;
}

// Gives the P that the caller took from somebody to an M that waits, or makes it idle; sched.lock makes it one step.
inline hand_off() {
  atomic {
    assert(p_m == NONE);
    if
    :: waits[0] -> p_m = MOVING; give = 0
    :: !waits[0] && waits[1] -> p_m = MOVING; give = 1
#ifndef LOSE_P
    :: !waits[0] && !waits[1] -> p_m = IDLE; give = NONE
#else
    :: !waits[0] && !waits[1] -> give = NONE
#endif
    fi
  }
  // A local variable that is not needed any more has one value, or there would be many states of one meaning.
  if
  :: give != NONE -> d_step { p_m = give; has_p[give] = true; state[give] = held; waits[give] = false; give = 0 }
  :: give == NONE -> give = 0
  fi
}

proctype m(byte me) {
  byte give = 0;
  mtype s = none;
  do
  :: has_p[me] -> stuck[me] = true; !has_p[me]; stuck[me] = false; goto lost  // computes or sleeps in user code
  :: has_p[me] ->  // enters the runtime
    buffered[me] = true;
again:
    s = state[me];
    if
    :: s == held -> s = none
    :: s == preempt -> d_step { s = none; if :: state[me] == preempt -> state[me] = held :: else fi }; goto again
    :: s == revoking -> s = none;
      if
      :: atomic { buffered[me] = false; inside[me] = false }; state[me] != revoking; buffered[me] = true
      :: true  // it was inside already
      fi;
      goto again
    :: s == revoked || s == none -> s = none; goto lost
    fi;
    use_p();
    next[me] = true;
    if
    :: atomic { buffered[me] = false; inside[me] = false }  // leave: a release behind everything that was done to the P
    :: // block: give the P up, inside
#ifndef BLIND_SURRENDER
      atomic { state[me] == held || state[me] == preempt -> buffered[me] = false; inside[me] = true; state[me] = none };
#else
      atomic { buffered[me] = false; inside[me] = true; state[me] = none };
#endif
      users++; assert(users == 1);
      atomic { p_m = NONE; has_p[me] = false; users-- };
      hand_off();
      inside[me] = false;
      goto back
    fi
  :: !has_p[me] ->
lost: // revoked: the M has found out
    atomic { buffered[me] = false; inside[me] = true; has_p[me] = false; state[me] = none };
back: // in need of a P
    atomic {
      if
      :: p_m == IDLE -> p_m = me; has_p[me] = true; state[me] = held; inside[me] = false
      :: p_m != IDLE -> waits[me] = true; inside[me] = false
      fi
    };
    !waits[me]
  od
}

// The store buffers drain some time.
proctype hardware() {
  do
  :: atomic { buffered[0] -> inside[0] = true; buffered[0] = false }
  :: atomic { buffered[1] -> inside[1] = true; buffered[1] = false }
  od
}

// The monitor, and whoever stops the world.
proctype revoker() {
  byte who = 0, give = 0;
  mtype before = none;
  do
  :: atomic { p_m == 0 || p_m == 1 -> who = p_m; before = state[who] };
    if
    :: before == held || before == preempt ->
      if
      :: atomic { state[who] == before -> state[who] = revoking }
#ifndef NO_MEMBARRIER
        atomic {
          if :: buffered[0] -> inside[0] = true; buffered[0] = false :: else fi;
          if :: buffered[1] -> inside[1] = true; buffered[1] = false :: else fi
        };
#endif
        if
#ifndef IGNORE_INSIDE
        :: inside[who] -> state[who] = before;
          // It comes back after a pause that is long compared with a stay inside.
          (p_m != who || !inside[who])
#endif
        :: !inside[who] && !(p_m == who && has_p[who]) -> state[who] = before
        :: !inside[who] && p_m == who && has_p[who] ->
          users++; assert(users == 1);
          atomic { p_m = NONE; has_p[who] = false; users-- };
          state[who] = revoked;
          hand_off()
        :: !inside[who] && p_m == who && has_p[who] && next[who] ->  // borrows it, as a thief of what would run next
          users++; assert(users == 1); next[who] = false; users--;
          state[who] = before
#ifdef IGNORE_INSIDE
        :: inside[who] ->
          users++; assert(users == 1);
          atomic { p_m = NONE; has_p[who] = false; users-- };
          state[who] = revoked;
          hand_off()
#endif
        fi
      :: atomic { state[who] == held && before == held -> state[who] = preempt }  // only asks
      :: state[who] != before
      fi
    :: else
    fi;
    d_step { who = 0; before = none }
  od
}

#ifdef GIVEN  // with one revoker only, to keep it small
ltl given { [] ((waits[0] && p_m != 1) -> <> (!waits[0] || p_m == 1)) }
#else
ltl taken { [] ((waits[0] && stuck[1]) -> <> !waits[0]) }
#endif

init {
  atomic {
    state[0] = held; has_p[0] = true; p_m = 0;
    state[1] = none; waits[1] = true;
    run m(0); run m(1); run hardware(); run revoker();
#ifndef GIVEN
    run revoker()
#endif

  }
}
