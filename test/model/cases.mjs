/**
 * What is asked of the model. `never` = the assertions inside it, in every state; `settles` and `lands` = its two temporal
 * properties, on every fair run. `bounds` say how much may happen, `without` takes rules of the protocol away.
 * A broken variant names what has to break, as the checker words it.
 */

const REST = /state==/;
const PERSON = /personsCeiling/;
const FOREIGN = /foreign/;
const EVIDENCE = /seenHealth/;
const DECIDER = /mine==epoch/;
const CYCLE = /acceptance cycle/;

const EVIDENCE_AND_ORDERS = { EDITS: 0, TIMEOUTS: 1 };
const HANDS = { TURNS: 0, LOSSES: 0 };
const HANDS_AND_EVIDENCE = { TURNS: 1, TIMEOUTS: 1 };
const PART_OF_THE_WAY = { TOP: 3, RAISES: 3, TURNS: 0, TIMEOUTS: 1, LOSSES: 0 };
const STRANGERS = { EDITS: 0, STRANGERS: 1, ORDERS: 0, TURNS: 1, TIMEOUTS: 1 };
const SETTLING = { ORDERS: 0, TURNS: 1, LOSSES: 0, TIMEOUTS: 1 };
const TORN = { TORN: 1, ORDERS: 0, TURNS: 0, LOSSES: 0, TIMEOUTS: 1 };
const TORN_EVIDENCE = { TORN: 1, EDITS: 0, ORDERS: 0, TURNS: 1, LOSSES: 0, TIMEOUTS: 1 };
const LANDING = { ORDERS: 0, TURNS: 1, LOSSES: 1, TIMEOUTS: 1 };

export const CASES = [
  holds("evidence turns, people pause and resume", "never", EVIDENCE_AND_ORDERS),
  holds("people lower by hand", "never", HANDS),
  holds("people lower by hand while evidence turns", "never", HANDS_AND_EVIDENCE),
  holds("people lower part of the way and let it go on", "never", PART_OF_THE_WAY),
  holds("another store takes the flag", "never", STRANGERS),
  holds("all of it comes to rest", "settles", SETTLING),
  holds("people rename the strategy", "settles", { ...SETTLING, EDITS: 0, RENAMES: 1 }),
  holds("test and write are two steps", "settles", TORN_EVIDENCE),
  holds("test and write are two steps, people lower by hand", "settles", TORN),
  holds("a rollback lands", "lands", LANDING),

  fails("a raise is sent blind", "never", EVIDENCE_AND_ORDERS, "BLIND_RAISE", REST),
  fails("a raise tests the percent only (10, 25, 10)", "never", EVIDENCE_AND_ORDERS, "VALUE_ONLY", REST),
  fails("no new token when growth stops", "never", EVIDENCE_AND_ORDERS, "NO_RETOKEN", REST),
  fails("the title is put back too early", "never", EVIDENCE_AND_ORDERS, "TITLE_PUT_BACK", REST),
  fails("another store's token is not told apart", "never", STRANGERS, "NO_STORE_ID", FOREIGN),
  fails("a raise is sent again from its intention", "never", EVIDENCE_AND_ORDERS, "REPLAY", EVIDENCE),
  fails("a record is written without the claim", "never", EVIDENCE_AND_ORDERS, "NO_CLAIM_CHECK", DECIDER),
  fails("a decrease that is no rollback is sent blind", "never", HANDS_AND_EVIDENCE, "BLIND_LOWER", PERSON),
  fails("a decrease that a write ran over is not given back", "never", HANDS, "NO_YIELD", PERSON),
  fails("a person's decrease is no ceiling", "never", PART_OF_THE_WAY, "NO_CEILING", PERSON),
  fails("a late write hides a person's decrease", "never", HANDS, "LATE_HIDES_PERSON", PERSON),
  fails("a write is sent again under the same token", "settles", TORN, "SAME_TOKEN", CYCLE),
  fails("late writes are left standing", "settles", { ...TORN_EVIDENCE, TIMEOUTS: 2 }, "NO_REASSERT", CYCLE),
  fails("a rollback is forgotten at a takeover", "lands", LANDING, "FORGOTTEN_ROLLBACK", CYCLE),

  // Second lines of defence: a raise that is dropped leaves a new token too, so either of these alone is not missed.
  holds("no new token at a halt or a pause alone", "never", EVIDENCE_AND_ORDERS, "NO_RETOKEN_ON_HALT"),
  holds("no new token at a takeover alone", "never", EVIDENCE_AND_ORDERS, "NO_RETOKEN_ON_TAKEOVER"),
];

function holds(name, property, bounds, without = null) {
  return { name, property, bounds, without, breaks: null };
}

function fails(name, property, bounds, without, breaks) {
  return { name, property, bounds, without, breaks };
}
