// Idle Ms, spinning Ms, and who wakes whom: find_work, wake_p, start_m, stop_m, hand_off (design 3).
//
// Two Ps, three Ms, all idle. Two plain threads put goroutines into the global queue; the first goroutine may make one more
// on its own P and then computes until that one is done, without entering the runtime, so that somebody else has to run it
// or the monitor has to act. Another may block, declared: its M hands the P off and wants one again.
//
// Each step that another thread can see is one step here; a critical section of sched.lock is one step as well, since none
// changes two things that are read without the lock. The one goroutine that a P would run next is not modelled: nobody need be woken
// for it (find_work.cc), and the monitor's look, not this protocol, finds one that is left there. Memory is sequentially consistent, as these operations are.
// Goroutines are counts. `pown` is a ghost: nobody decides by it, the asserts compare it.
//
// A run ends when nobody can move (`quiet`): then every goroutine must have run and all Ps and Ms be idle.
//
// Mutations, each of which must be found out: NO_RECHECK, RECHECK_TOO_EARLY, PHANTOM_SPINNER, LOOK_BEFORE_PUBLISH,
// HAND_OFF_BLIND.

#ifdef ONE_P /* and two plain threads, where a wake-up that is lost is lost for good */
#define NP 1
#define NM 2
#define NT 2
#else
#define NP 2
#define NM 3
#ifndef NT
#define NT 1
#endif
#endif
#define NONE 9
#define IDLE 10
#define MOVING 11 /* from somebody who took it to the M that will find it in next_p */

byte gq = 0;             // the global queue
byte lq[NP] = 0;         // the Ps' own
byte idle_p_count = NP;
bool p_idle[NP] = true;
byte pown[NP] = IDLE;
byte spinning = 0;

bool m_idle[NM] = true;  // on the list
byte idle_ms = NM;
bool m_spins[NM] = false;
bool wake[NM] = false;
byte next_p[NM] = NONE;
byte mp[NM] = NONE;      // the M's P
bool computes[NM] = false; // in user code, not to enter before the others are done

byte made = 0, done = 0; // goroutines
byte computing = 0;      // of those not done: how many wait for the others
byte makers = NT;        // plain threads that have not ended
#ifdef ONE_P
byte spawns = 0, blocks = 1;
#else
#ifndef SP
#define SP 1
#define BL 1
#endif
byte spawns = SP, blocks = BL;
#endif

inline take_idle_p(p, by) {
  p = 0;
  do
  :: p < NP && !p_idle[p] -> p++
  :: else -> break
  od;
  if
  :: p == NP -> p = NONE
  :: else ->
     assert(pown[p] == IDLE);
     p_idle[p] = false; idle_p_count--; pown[p] = by
  fi
}

inline put_idle_p(p) {
  assert(!p_idle[p]);
  p_idle[p] = true; idle_p_count++; pown[p] = IDLE
}

// Where the runtime makes a new thread, the model waits for one of its three Ms.
inline start_m(p, spins) {
  atomic {
    (idle_ms > 0);
    idle_ms--;
    other = 0;
    do
    :: !m_idle[other] -> other++
    :: else -> break
    od;
    assert(next_p[other] == NONE);
    m_idle[other] = false; m_spins[other] = spins; next_p[other] = p; pown[p] = MOVING
  };
  atomic { wake[other] = true; other = 0 }
}

inline wake_p(me) {
  if
  :: idle_p_count == 0
  :: else ->
     if
     :: spinning != 0
     :: else ->
        if
        :: atomic { spinning == 0 -> spinning++ };
#ifdef PHANTOM_SPINNER
           d_step { take_idle_p(got, me) };
           if
           :: got == NONE -> spinning--   // whoever saw it counted relied on a search that never was
           :: else -> start_m(got, true); got = NONE
           fi
#else
           d_step {
             take_idle_p(got, me);
             if
             :: got == NONE -> spinning--
             :: else
             fi
           };
           if
           :: got != NONE -> start_m(got, true); got = NONE
           :: else
           fi
#endif
        :: else
        fi
     fi
  fi
}

inline put_global(me) {
#ifdef LOOK_BEFORE_PUBLISH
  wake_p(me);
  gq++
#else
  gq++;
  wake_p(me)
#endif
}

// The caller owns p, which no M leases any more.
inline hand_off(p, me) {
  if
  :: lq[p] != 0 || gq != 0 -> start_m(p, false)
  :: else ->
     atomic {
       if
#ifndef HAND_OFF_BLIND
       :: gq != 0 -> skip
#endif
       :: else -> put_idle_p(p); p = NONE
       fi
     };
     if
     :: p != NONE -> start_m(p, false)
     :: else ->
#ifndef HAND_OFF_BLIND
        wake_p(me)
#else
        skip
#endif
     fi
  fi
}

active [NT] proctype plain_thread() {
  byte got = NONE, other;
  made++;
  put_global(20 + _pid);
  makers--
}

inline take_share(p) {
  // One to run and, of two or more, one for the own queue.
  if
  :: gq > 1 -> gq = gq - 2; lq[p]++
  :: else -> gq--
  fi
}

#if NP == 2
#define QUEUED (gq + lq[0] + lq[1])
#else
#define QUEUED (gq + lq[0])
#endif
#define M(pid) ((pid) - NT)

active [NM] proctype m() {
  byte got = NONE, other, p = NONE, v, me = M(_pid);

stopped:
  // stop_m: on the list until somebody takes us off it and gives us a P.
end_idle:
  atomic {
    wake[me];
    wake[me] = false; p = next_p[me]; next_p[me] = NONE;
    assert(p != NONE && pown[p] == MOVING && !m_idle[me]);
    mp[me] = p; pown[p] = me; p = NONE
  };

find_work:
  atomic {
    p = mp[me]; got = NONE; v = 0;
    assert(pown[p] == me);
    if
    :: lq[p] > 0 -> lq[p]--; goto execute
    :: else
    fi
  };
  atomic { if :: gq > 0 -> take_share(p); goto execute :: else fi };
  if
  :: m_spins[me]
  :: atomic { !m_spins[me] && 2 * spinning < NP - idle_p_count -> m_spins[me] = true; spinning++ }
  :: else -> goto give_up
  fi;
#if NP == 2
  atomic { if :: lq[1 - p] > 0 -> lq[1 - p]--; goto execute :: else fi };
#endif

give_up:
  v = 0;
  atomic {
    if
    :: gq > 0 -> take_share(p); goto execute
    :: else -> mp[me] = NONE; put_idle_p(p)
    fi
  };
  if
  :: !m_spins[me] -> goto stop
  :: else
  fi;
#ifdef RECHECK_TOO_EARLY
  v = (QUEUED > 0);
  m_spins[me] = false; spinning--;
#else
  atomic { m_spins[me] = false; spinning-- };
#ifdef NO_RECHECK
  goto stop;
#endif
  v = (gq > 0);
#if NP == 2
  if :: v == 0 -> v = (lq[0] > 0) :: else fi;
  if :: v == 0 -> v = (lq[1] > 0) :: else fi;
#endif
#endif
  if
  :: v == 0 -> goto stop
  :: else -> v = 0
  fi;
  d_step { take_idle_p(got, me); mp[me] = got };
  if
  :: got == NONE -> goto stop
  :: else
  fi;
  atomic { m_spins[me] = true; spinning++; goto find_work };

execute:
  // stop_spinning
  if
  :: m_spins[me] ->
     atomic { m_spins[me] = false; spinning--; v = (spinning == 0) };
     if
     :: v -> v = 0; wake_p(me)
     :: else
     fi
  :: else
  fi;
  assert(pown[p] == me);
  if
  :: atomic { spawns > 0 -> spawns--; made++ };
     lq[p]++;
     wake_p(me);
     goto compute
  :: atomic { blocks > 0 -> blocks--; mp[me] = NONE; pown[p] = me };
     hand_off(p, me);
     if
     :: goto compute
     :: goto come_back // the call ends by itself
     fi
  :: skip
  fi;
  atomic { done++; goto find_work };

compute:
  // Until nothing else is left to be done; the monitor may take the P meanwhile.
  atomic { computes[me] = true; computing++ };
  atomic { makers == 0 && done + computing == made -> computing-- };
come_back:
  // The next entry into the runtime. Who is waited for no more need not be waited for.
  atomic {
    computes[me] = false;
    if
    :: mp[me] != NONE -> done++; goto find_work
    :: else
    fi
  };
  d_step { take_idle_p(got, me); mp[me] = got };
  if
  :: got != NONE -> atomic { got = NONE; done++; goto find_work }
  :: else
  fi;
  // No P: the goroutine goes to the global queue. What is left of it may run anywhere.
  put_global(me);

stop:
  atomic { p = NONE; got = NONE; other = 0; v = 0; assert(!m_idle[me] && next_p[me] == NONE); m_idle[me] = true; idle_ms++; goto stopped }
}

#define TAKEABLE(m) (mp[m] != NONE && computes[m] && (lq[mp[m]] > 0 || gq > 0))
// Takes a P whose M computes while work waits. That an M which is just entering keeps its P is lease.pml's matter.
active proctype monitor() {
  byte p, got = NONE, other, v;
end:
  do
  :: atomic {
       if
       :: TAKEABLE(0) -> v = 0
       :: TAKEABLE(1) -> v = 1
#if NM == 3
       :: TAKEABLE(2) -> v = 2
#endif
       fi;
       p = mp[v]; mp[v] = NONE; assert(pown[p] == v); pown[p] = 30; v = 0
     };
     hand_off(p, 30);
     p = 0
  od
}

// A P that is lost on its way, a goroutine that nobody runs: found when all stand still.
active proctype quiet() {
  timeout;
  assert(makers == 0 && made > 0 && done == made && QUEUED == 0);
  assert(idle_p_count == NP && p_idle[0] && p_idle[NP - 1] && spinning == 0);
  assert(idle_ms == NM)
}
