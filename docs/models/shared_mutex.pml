// The shared mutex: runtime/shared_mutex.cc, step by step.
//
// Readers and writers that come a few times. The word is changed in one step each time, as the machine does; what stands
// between `take` and `give` is under the lock. Whoever never comes to its end shows a wake-up that is lost.
//
// Mutations, each of which must be found out: NO_PERMITS, LATE_ACTIVE, LOSE_WAITERS, OPEN_TO_ALL.

#ifndef READERS
#define READERS 2
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define ALL 5  // more than there are processes

bool writer, waiters;  // the word
byte counted;
bool locked;                    // present: `active` in the code
byte present, permits;
chan writers = [ALL] of { byte };
chan readers = [ALL] of { byte };
bool woken[ALL];
byte reading, writing;

inline take() { atomic { !locked -> locked = true } }
inline give() { locked = false }

inline park() { woken[_pid]; woken[_pid] = false }

inline admit_writer(who) {
  writers?who;
#ifndef LOSE_WAITERS
  if
  :: len(writers) == 0 -> waiters = false
  :: else
  fi;
#else
  waiters = false;
#endif
  woken[who] = true
}

inline admit_readers(r, who) {
  do
  :: readers?who -> woken[who] = true; r--
  :: empty(readers) -> break
  od;
#ifndef NO_PERMITS
  permits = r
#endif
}

proctype reader() {
  byte who, round;
  bool saw;
  do
  :: round == ROUNDS -> break
  :: round < ROUNDS ->
     round++;
     atomic { saw = writer; counted++ };
     if
     :: saw ->
        take();
        if
        :: permits != 0 -> permits--; give()
        :: else -> readers!_pid; give(); park()
        fi
     :: else
     fi;
     reading++;
     assert(writing == 0);
     reading--;
     atomic { saw = writer; counted-- };
     if
     :: saw ->
        take();
        assert(present != 0);
        present--;
        if
        :: present == 0 -> admit_writer(who)
        :: else
        fi;
        give()
     :: else
     fi
  od
}

proctype writer_() {
  byte who, r, round;
  bool free, saw;
  do
  :: round == ROUNDS -> break
  :: round < ROUNDS ->
     round++;
     atomic { free = (!writer && !waiters && counted == 0); if :: free -> writer = true :: else fi };
     if
     :: free
     :: else ->
        take();
        atomic {
          free = (!writer && !waiters && counted == 0);
          saw = writer;
          r = counted;
          if :: saw -> waiters = true :: else -> writer = true fi
        };
        if
        :: free -> give()
        :: else ->
           writers!_pid;
#ifdef LATE_ACTIVE
           give(); take();
#endif
           if :: !saw -> present = r :: else fi;
           give();
           park()
        fi
     fi;
     writing++;
     assert(writing == 1 && reading == 0);
     writing--;
     atomic { free = (writer && !waiters && counted == 0); if :: free -> writer = false :: else fi };
     if
     :: free
     :: else ->
        take();
        assert(writer && present == 0);
        r = counted;
        if
        :: len(writers) == 0 ->
           atomic { r = counted; writer = false };
           admit_readers(r, who)
        :: len(writers) != 0 && r != 0 ->
#ifndef OPEN_TO_ALL
           present = r;
#else
           present = r; writer = false;
#endif
           admit_readers(r, who)
        :: else -> admit_writer(who)
        fi;
        give()
     fi
  od
}

init {
  byte i;
  atomic {
    do
    :: i < READERS -> run reader(); i++
    :: i >= READERS && i < READERS + WRITERS -> run writer_(); i++
    :: i == READERS + WRITERS -> break
    od
  }
}
