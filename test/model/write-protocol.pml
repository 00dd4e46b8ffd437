/*
 * How writes to one flag are kept in order: one strategy on the flag server, one record in the store, two processes that
 * share the record, people, a second store, and a network that may hold any write back for as long as it likes.
 *
 * Percents are small numbers (0 = nobody, TOP = everybody). A title is a number too: TEXT is the team's own title,
 * 1..FOREIGN-1 are tokens of our store by sequence, FOREIGN and above are tokens of another store.
 *
 * README.md says what each part stands for and what is left out. run.mjs runs this file once for each case.
 */

/* Bounds. */
#ifndef TOP
#define TOP 2
#endif
#ifndef CLAIMS
#define CLAIMS 2
#endif
#ifndef RAISES
#define RAISES 2
#endif
#ifndef TURNS
#define TURNS 2
#endif
#ifndef LOSSES
#define LOSSES 1
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 2
#endif
#ifndef EDITS
#define EDITS 1
#endif
#ifndef RENAMES
#define RENAMES 0
#endif
#ifndef ORDERS
#define ORDERS 1
#endif
#ifndef STRANGERS
#define STRANGERS 0
#endif

/* Broken variants: each takes one rule away. */
#ifndef BLIND_RAISE
#define BLIND_RAISE 0
#endif
#ifndef VALUE_ONLY
#define VALUE_ONLY 0
#endif
#ifndef NO_RETOKEN
#define NO_RETOKEN 0
#endif
#ifndef NO_RETOKEN_ON_HALT
#define NO_RETOKEN_ON_HALT 0
#endif
#ifndef NO_RETOKEN_ON_TAKEOVER
#define NO_RETOKEN_ON_TAKEOVER 0
#endif
#ifndef TITLE_PUT_BACK
#define TITLE_PUT_BACK 0
#endif
#ifndef NO_STORE_ID
#define NO_STORE_ID 0
#endif
#ifndef REPLAY
#define REPLAY 0
#endif
#ifndef NO_CLAIM_CHECK
#define NO_CLAIM_CHECK 0
#endif
#ifndef NO_REASSERT
#define NO_REASSERT 0
#endif
#ifndef FORGOTTEN_ROLLBACK
#define FORGOTTEN_ROLLBACK 0
#endif
#ifndef SAME_TOKEN
#define SAME_TOKEN 0
#endif
#ifndef BLIND_LOWER
#define BLIND_LOWER 0
#endif
#ifndef LATE_HIDES_PERSON
#define LATE_HIDES_PERSON 0
#endif
#ifndef NO_CEILING
#define NO_CEILING 0
#endif
#ifndef NO_YIELD
#define NO_YIELD 0
#endif

/* The server tests and writes in one step (0), or in two with anything between (1), as the real one does. */
#ifndef TORN
#define TORN 0
#endif
/* Runs never end (1): see `time`. */
#ifndef FOR_EVER
#define FOR_EVER 0
#endif

#define TEXT 0
#define OTHER_TEXT 31
#define FOREIGN 32
#define NONE 255
#define NOBODY 2

mtype:state = { proving, halted, rolling, rolledback };
mtype:kind = { nothing, raise, lower, retoken };
mtype:health = { good, unknown, bad, harmful };

/* The flag server. */
byte value = 0;
byte title = TEXT;
/* Its log, as far as it is asked: what a person lowered the flag to, until a pass has taken that in. */
byte logged = NONE;

/* The network. */
typedef Write {
  mtype:kind kind;
  byte to;
  byte title;
  byte wasTitle;
  byte wasValue;
  bool tested;
  byte owner;
};
Write net[2];
byte losses = 0;
byte timeouts = 0;

/* The store: the claim, and the record. */
byte epoch = 0;
mtype:state state = proving;
byte recordEpoch = 0;
byte sequence = 0;
byte recordValue = 0;
byte recordTitle = TEXT;
byte ceiling = TOP;
mtype:kind intended = nothing;
byte intendedTo = 0;
byte intendedTitle = NONE;
byte raises = 0;
/* What the last pass saw, so that passes without news need not be walked. */
byte lastValue = NONE;
byte lastTitle = NONE;
/* Stands for the record's version. */
bool current = false;

/* The world. */
byte turns = 0;

/* Known to nobody inside: what the properties speak of. */
byte personsCeiling = TOP;
bool foreign = false;

#define GROWABLE (state == proving && intended == nothing && raises < RAISES && recordValue < TOP)
#define NEWS (value != lastValue || title != lastTitle)
#define DUE (NEWS || intended != nothing || state == rolling || GROWABLE || recordEpoch != epoch)
#define QUIET (state != rolling && intended == nothing && !NEWS && NET_EMPTY)
#define NET_EMPTY (net[0].kind == nothing && net[1].kind == nothing)
#define NET_FULL (net[0].kind != nothing && net[1].kind != nothing)

#define OURS(t) (t != TEXT && t < OTHER_TEXT)
#define AT_REST ((state == halted || state == rolledback) && intended == nothing)

/* Any commit makes what others have read old. */
inline commit() {
  current = false
}

inline intend(k, v) {
  sequence++;
  assert(sequence < OTHER_TEXT);
  intended = k;
  intendedTo = v;
  intendedTitle = sequence;
  recordEpoch = mine
}

inline dropIntention() {
  intended = nothing;
  intendedTo = 0;
  intendedTitle = NONE
}

/* Folds what was read into the record: finishes or drops a write under way, finds late writes and a person's changes. */
inline absorb() {
  yields = NONE;
  strange = (seenTitle != recordTitle && seenTitle != intendedTitle && !OURS(seenTitle));
  if
  :: intended != nothing && seenTitle == intendedTitle ->
    recordTitle = intendedTitle;
    recordValue = intendedTo;
    if
    :: NO_YIELD || (LATE_HIDES_PERSON && seenLogged == intendedTo)
    :: else -> yields = seenLogged
    fi;
    dropIntention()
  :: else ->
    if
    :: (intended == raise && !REPLAY) || (intended == retoken && (seenValue != intendedTo || strange)) ||
        (intended == lower && (seenValue < intendedTo || (strange && seenValue == intendedTo && state != rolling))) ->
      wasRaise = (intended == raise);
      dropIntention();
      if
      :: wasRaise && seenTitle == recordTitle && seenValue == recordValue && !NO_RETOKEN -> intend(retoken, recordValue)
      :: else
      fi;
      wasRaise = false
    :: else
    fi
  fi;
  late = OURS(seenTitle) && seenTitle != recordTitle && seenTitle != intendedTitle && seenValue >= recordValue && !NO_REASSERT;
  if
  :: OURS(seenTitle) && seenTitle != recordTitle && !NO_YIELD && !LATE_HIDES_PERSON -> yields = seenLogged
  :: else
  fi;
  if
  :: late && intended == nothing ->
    if
    :: seenValue == recordValue -> intend(retoken, recordValue)
    :: else -> intend(lower, recordValue)
    fi
  :: else
  fi;
  raised = (seenValue > recordValue && !late);
  lowered = (seenValue < recordValue);
  /* A decrease over a title of somebody else makes it ours again; growing on is for a person to say. */
  if
  :: strange && intended == lower && state == proving -> state = halted
  :: else
  fi
}

inline rollBack() {
  state = rolling;
  intend(lower, 0)
}

/* What the pass does about it, shrinking first: src/domain/decide.ts in small. */
inline decide() {
  if
  :: state == rolling ->
    if
    :: intended == nothing && seenValue == 0 -> state = rolledback
    :: intended == nothing && seenValue != 0 && !FORGOTTEN_ROLLBACK -> intend(lower, 0)
    :: else
    fi
  :: state == rolledback
  :: else ->
    if
    :: yields == 0 || (lowered && seenValue == 0) -> rollBack()
    :: else ->
      if
      :: seenHealth == harmful && (seenValue > 0 || intendedTo > 0) -> rollBack()
      :: else ->
        if
        :: yields != NONE && yields < seenValue ->
          ceiling = yields;
          state = halted;
          intend(lower, yields)
        :: (yields != NONE && yields >= seenValue) || (yields == NONE && lowered) ->
          ceiling = seenValue;
          recordValue = seenValue;
          state = halted;
          dropIntention()
        :: else ->
          if
          :: state == proving && (seenHealth == bad || seenHealth == harmful || raised) ->
            state = halted;
            if
            :: raised || strange || NO_RETOKEN || NO_RETOKEN_ON_HALT
            :: else -> intend(retoken, recordValue)
            fi
          :: else ->
            if
            :: recordEpoch != mine && intended == nothing && !strange && !raised ->
              if
              :: NO_RETOKEN_ON_TAKEOVER -> recordEpoch = mine
              :: else -> intend(retoken, recordValue)
              fi
            :: state == proving && recordEpoch == mine && intended == nothing && !strange && !raised &&
        seenHealth == good && raises < RAISES && recordValue < TOP && (recordValue < ceiling || NO_CEILING) ->
              raises++;
              intend(raise, recordValue + 1)
            :: else
            fi
          fi
        fi
      fi
    fi
  fi;
  /* A process that holds the claim need not write for an ended ramp. */
  if
  :: (state == rolledback || state == halted || strange || raised) && intended == nothing -> recordEpoch = mine
  :: else
  fi
}

inline put(slot, k, v, t, oldTitle, oldValue, sender) {
  net[slot].kind = k;
  net[slot].to = v;
  net[slot].title = t;
  net[slot].wasTitle = oldTitle;
  net[slot].wasValue = oldValue;
  net[slot].tested = false;
  net[slot].owner = sender
}

inline clear(slot) {
  put(slot, nothing, 0, 0, 0, 0, NOBODY)
}

/* What this pass sends. A raise tests what is on record; a decrease to 0 tests nothing; anything else tests what was just
   read, and does not go out over a title that is not ours, nor over another percent. */
inline prepare() {
  sendKind = intended;
  sendTo = intendedTo;
  sendTitle = intendedTitle;
  testTitle = 0;
  testValue = 0;
  if
  :: intended == raise ->
    /* Exposure rises on evidence read in this very pass. */
    assert(seenHealth == good);
    testTitle = recordTitle;
    testValue = recordValue
  :: intended == lower && (state == rolling || BLIND_LOWER) -> testTitle = NONE
  :: else ->
    testTitle = seenTitle;
    testValue = seenValue;
    if
    :: seenValue < intendedTo || (intended == retoken && seenValue != intendedTo) -> sendKind = nothing
    :: else
    fi
  fi;
  /* Sent again, it is another write: each copy that arrives can be told from what is on record. */
  if
  :: sendKind != nothing && intendedTitle == before && !SAME_TOKEN ->
    intend(intended, intendedTo);
    sendTitle = intendedTitle
  :: else
  fi
}

/* A full network has lost the write. */
inline send() {
  if
  :: sendKind != nothing && net[0].kind == nothing -> put(0, sendKind, sendTo, sendTitle, testTitle, testValue, id)
  :: sendKind != nothing && net[0].kind != nothing && net[1].kind == nothing ->
    put(1, sendKind, sendTo, sendTitle, testTitle, testValue, id)
  :: else
  fi
}

/* One transaction: what was read, what was decided, and what is about to be sent. */
inline record() {
  assert(mine == epoch);
  before = intendedTitle;
  absorb();
  decide();
  prepare();
  if
  :: (lowered || yields != NONE) && logged == seenLogged -> logged = NONE
  :: else
  fi;
  commit();
  lastValue = seenValue;
  lastTitle = seenTitle
}

#define WAITS(id) (net[0].owner == id || net[1].owner == id)

proctype process(byte id) {
  byte mine = 0;
  byte seenValue = 0, seenTitle = 0, seenLogged = NONE;
  mtype:health seenHealth = unknown;
  byte yields = NONE;
  bool late = false, strange = false, raised = false, lowered = false, wasRaise = false;
  mtype:kind sendKind = nothing;
  byte before = NONE, sendTo = 0, sendTitle = 0, testTitle = 0, testValue = 0;
end:
  do
  /* The first process claims the gate; the second takes over whenever it likes, whatever the first is doing. */
  :: d_step {
      epoch == id && id < CLAIMS ->
      epoch++;
      mine = epoch;
#if FORGOTTEN_ROLLBACK
      dropIntention();
#endif
      commit()
    }
  /* No answer in time: the write may still arrive, whenever it likes. */
  :: d_step {
      WAITS(id) && timeouts < TIMEOUTS ->
      timeouts++;
      if
      :: net[0].owner == id -> net[0].owner = NOBODY
      :: else -> net[1].owner = NOBODY
      fi
    }
  :: atomic {
      mine != 0 && mine == epoch && !WAITS(id) && !NET_FULL && (DUE || turns < TURNS) ->
      if
      :: DUE -> seenHealth = good
      :: turns < TURNS -> turns++; seenHealth = unknown
      :: turns < TURNS -> turns++; seenHealth = bad
      :: turns < TURNS -> turns++; seenHealth = harmful
      fi;
      d_step {
        current = true;
        seenValue = value;
        seenTitle = title;
        seenLogged = logged;
#if NO_CLAIM_CHECK
      }
    }
    /* Anything may happen between reading and recording. With the check it is as if the pass had not been. */
    atomic {
      d_step {
#endif
        if
        :: (current && mine == epoch) || NO_CLAIM_CHECK -> record()
        :: else
        fi;
        before = NONE; late = false; strange = false; raised = false; lowered = false; yields = NONE;
        seenValue = 0; seenTitle = 0; seenHealth = unknown; seenLogged = NONE
      }
    }
    /* Anything may happen here: what was decided is on record, and not sent yet. */
    if
    :: d_step { sendKind != nothing -> send(); sendKind = nothing; sendTo = 0; sendTitle = 0; testTitle = 0; testValue = 0 }
    :: sendKind == nothing
    fi
  od
}

#define TESTED_OK(w) (value == w.wasValue && (VALUE_ONLY || title == w.wasTitle))
#define PASSES(w) (w.wasTitle == NONE || (w.kind == raise && BLIND_RAISE) || TESTED_OK(w))

/* A write takes effect. Where test and write are two steps, exposure may regrow until it is re-asserted. */
inline land(w) {
#if !TORN
  assert(w.kind != raise || !AT_REST || RENAMES > 0);
  assert(w.to <= personsCeiling);
#endif
  assert(w.kind != raise || !foreign);
  value = w.to;
  title = w.title
}

proctype courier(byte slot) {
end:
  do
  :: d_step { net[slot].kind != nothing && losses < LOSSES -> losses++; clear(slot) }
  :: d_step { net[slot].kind != nothing && !net[slot].tested && !PASSES(net[slot]) -> clear(slot) }
#if TORN
  :: d_step { net[slot].kind != nothing && !net[slot].tested && PASSES(net[slot]) -> net[slot].tested = true }
  :: d_step { net[slot].kind != nothing && net[slot].tested -> land(net[slot]); clear(slot) }
#else
  :: d_step { net[slot].kind != nothing && PASSES(net[slot]) -> land(net[slot]); clear(slot) }
#endif
  od
}

/* People lower the flag by hand, rename the strategy, pause a ramp and let it go on. */
proctype people() {
  byte edits = 0, renames = 0, orders = 0, mine = 0;
end:
  do
  :: atomic { edits < EDITS && value > 0 ->
      edits++;
      if
      :: value--
      :: value = 0
      fi;
      logged = value;
      personsCeiling = value }
  :: d_step { renames < RENAMES && title != OTHER_TEXT -> renames++; title = OTHER_TEXT }
  :: d_step { orders < ORDERS && state == proving && epoch > 0 ->
      orders++;
      mine = epoch;
      state = halted;
      if
      :: NO_RETOKEN || NO_RETOKEN_ON_HALT
      :: else -> intend(retoken, recordValue)
      fi;
      mine = 0;
      commit() }
  :: d_step { orders < ORDERS && state == halted -> orders++; state = proving; commit() }
#if TITLE_PUT_BACK
  :: d_step { AT_REST && OURS(title) && value == recordValue -> title = TEXT; recordTitle = TEXT; commit() }
#endif
  od
}

/* Another controller with a store of its own takes the flag. Its counters may well stand where ours stand. */
proctype stranger() {
  byte strangers = 0;
end:
  do
  :: atomic { strangers < STRANGERS ->
      strangers++;
      foreign = true;
      if
      :: title = (NO_STORE_ID -> recordTitle : FOREIGN + recordTitle)
      :: intended != nothing -> title = (NO_STORE_ID -> intendedTitle : FOREIGN + intendedTitle)
      fi }
  od
}

/* Time goes on when nothing else does: under fairness Spin 6.5.2 looks at no run that merely ends. */
proctype time() {
  bool tick = false;
  do
  :: tick = !tick
  od
}

init {
  atomic {
    byte slot = 0;
    do
    :: slot < 2 -> clear(slot); run courier(slot); slot++
    :: else -> break
    od;
    run process(0);
    run process(1);
    run people();
#if FOR_EVER
    run time();
#endif
    if
    :: STRANGERS > 0 -> run stranger()
    :: else
    fi
  }
}

/* However it began, it ends: nothing under way, a rollback at nobody, and no more exposure than a person left. */
ltl settles { <> [] (QUIET && (state != rolledback || value == 0) && value <= personsCeiling) }
/* A rollback lands, whatever was lost or late. */
ltl lands { [] (state == rolling -> <> (value == 0)) }
