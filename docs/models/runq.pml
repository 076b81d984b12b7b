// The ring of a run queue: runtime/runq.h, step by step.
//
// An owner that appends, takes the front and takes the newest, with a store buffer that is drained in order, by the hardware at any
// time or by a fence or a locked instruction of its own; and a thief that takes the older half, again and again. (A second one would have
// what the first sees when it comes again: a head that a thief has moved, and perhaps a tail of before.) Everything that is
// appended has a number, and is counted when it is taken: never twice, and in the end once.
//
// Mutations, each of which must be found out: NO_FENCE (the owner does not drain before it looks at head again), BELOW_HALF (the owner
// takes the newest of any ring), TAIL_FIRST (a thief reads tail before head).

#define CAP 4
#define HALF 2
#ifdef BELOW_HALF
#define LEAST 0  // so many must be older than what is taken as the newest
#else
#define LEAST HALF
#endif
#define ITEMS 6
#define TAIL CAP  // the address of tail among those of the slots

byte head = 0;
byte memory[5];             // as others see it: the slots, then tail
chan buffer = [4] of { byte, byte };  // the owner's stores on their way: address, value
byte slots[CAP];            // as the owner sees it
byte tail = 0;
byte taken[ITEMS];

inline take(item) {
  taken[item]++;
  assert(taken[item] == 1)
}

inline drain() {
  do
  :: buffer ? address, value -> memory[address] = value
  :: empty(buffer) -> break
  od
}

proctype hardware() {
  byte address, value;
  do
  :: atomic { buffer ? address, value -> memory[address] = value }
  od
}

proctype owner() {
  byte address, value, seen, item, next = 0;
  do
  :: next < ITEMS && nfull(buffer) ->  // push
     seen = head;
     if
     :: tail - seen < CAP ->
        d_step { slots[tail % CAP] = next; buffer ! tail % CAP, next };
        atomic { nfull(buffer) -> tail++; buffer ! TAIL, tail };
        next++
     :: else
     fi
  :: true ->  // pop_ring
     seen = head;
     if
     :: seen != tail ->
        item = slots[seen % CAP];
        atomic {
          drain();
          if
          :: head == seen -> head++; take(item)
          :: else
          fi
        }
     :: else
     fi
  :: nfull(buffer) ->  // pop_newest
     seen = head;
     if
     :: tail - seen > LEAST ->
        item = slots[(tail - 1) % CAP];
        d_step { tail--; buffer ! TAIL, tail };
#ifndef NO_FENCE
        atomic { drain() };
#endif
        seen = head;
        if
        :: tail + 1 - seen > LEAST -> take(item)
        :: else -> atomic { nfull(buffer) -> tail++; buffer ! TAIL, tail }
        fi
     :: else
     fi
  :: next == ITEMS -> break
  od;
  // What is left, so that nothing may be lost.
  atomic { drain() };
  do
  :: seen = head;
     if
     :: seen == tail -> break
     :: else ->
        item = slots[seen % CAP];
        atomic {
          if
          :: head == seen -> head++; take(item)
          :: else
          fi
        }
     fi
  od;
  for (item : 0 .. ITEMS - 1) { assert(taken[item] == 1) }
}

proctype thief() {
  byte from, to, n, i;
  byte batch[HALF];
  do
  :: true ->
#ifdef TAIL_FIRST
     to = memory[TAIL];
     from = head;
#else
     from = head;
     to = memory[TAIL];
#endif
     if
     :: to > from && to - from <= CAP ->
        n = (to - from + 1) / 2;
        i = 0;
        do
        :: i < n -> batch[i] = memory[(from + i) % CAP]; i++
        :: else -> break
        od;
        atomic {
          if
          :: head == from ->
             head = head + n;
             i = 0;
             do
             :: i < n -> take(batch[i]); i++
             :: else -> break
             od
          :: else
          fi
        }
     :: else
     fi
  od
}

init {
  atomic { run owner(); run hardware(); run thief() }
}
