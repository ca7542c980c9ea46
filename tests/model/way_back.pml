/* Model of step "way back": blue begins to follow green without missing, doubling or looping a row. The forward subscription
   (blue to green) has brought rows to green; the second gate noted green's position; from the switch on clients write on green.
   The reverse slot exists since arm, so it also holds what the forward subscription applied before the switch. The controller
   may die at any point and the step is done again by a recovery, from its beginning.

   Left out, each has a counter-example: FORWARD_STAYS_ON (the forward subscription is not ended first: what goes back to blue
   comes round again), NO_ADVANCE (the reverse origin is not advanced: blue gets its own rows back), ADVANCE_AGAIN (the origin
   is advanced also where the reverse subscription has begun: rows are applied twice). */

#define CLIENT_WRITES 2

/* green's log since arm: one row that came from blue, then (from the second gate's position on) rows of clients */
#define SECOND_GATE 1
byte green_log = 1;          /* its end; 0 is arm */
byte origin;                 /* up to where blue has applied green's log */
byte on_blue[3];             /* how often each row of the log was applied on blue */
bool forward = true, forward_worker = true, reverse, is_open, dead, again, came_round;

proctype Clients() { do :: atomic { green_log < SECOND_GATE + CLIENT_WRITES -> green_log++ } :: green_log == SECOND_GATE + CLIENT_WRITES -> break od }

/* applies one row of green's log on blue; the forward worker would bring it to green once more */
proctype ReverseWorker() {
end: do
  :: atomic { reverse && origin < green_log ->
       on_blue[origin]++;
       assert(origin >= SECOND_GATE);                   /* a row of blue's own came back */
       assert(on_blue[origin] == 1);                    /* each row once */
       origin++;
       if :: forward_worker -> came_round = true :: else fi;
       assert(!came_round) }
  od
}

/* a worker goes some time after its subscription was disabled */
proctype ForwardWorker() { (!forward); forward_worker = false }

inline open_way_back() {
#ifndef FORWARD_STAYS_ON
  forward = false;
  (!forward_worker);
#endif
#ifndef NO_ADVANCE
#ifdef ADVANCE_AGAIN
  origin = SECOND_GATE;
#else
  atomic { if :: !reverse && origin < SECOND_GATE -> origin = SECOND_GATE :: else fi }
#endif
#endif
  reverse = true;
  is_open = true
}

proctype Controller() { { open_way_back() } unless { dead } }
proctype Death() { if :: dead = true :: skip fi; again = true }
/* taking over ends what the old controller had open, so two never do this at once */
proctype Recovery() { (again); (dead || is_open); open_way_back() }

proctype End() {
  timeout;
  assert(is_open && origin == green_log);
  assert(on_blue[0] == 0 && on_blue[1] == 1 && on_blue[2] == 1)
}

init { atomic { run Clients(); run ReverseWorker(); run ForwardWorker(); run Controller(); run Death(); run Recovery(); run End() } }
