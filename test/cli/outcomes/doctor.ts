import type { DoctorRequest, DoctorOutcome } from "../../../src/cli/standalone/doctor.ts";
import { fault, ok, skipped, unseen, warning } from "../../../src/trial/doctor/finding.ts";
import type { Scripts } from "../scripted-standalone.ts";

const WELL = ok("prometheus main", "answers, version 3.5.0");
const WARNED = warning(
  "notify webhook",
  "is not configured: messages only go to the log",
  "set notify.webhook",
);
const UNSEEN = unseen("unleash main", "cannot be asked: refused", "see that its URL is right");
const FAULT = fault("gate checkout: flag fast-lane", "the token lacks a right", "give it that right");
const SKIPPED = skipped("gate checkout: readings", "2 were not tried", "see the finding about the source");

export const DOCTOR_OUTCOMES: Scripts<DoctorRequest, DoctorOutcome> = {
  well: () => ({ findings: [WELL, WARNED] }),
  unseen: () => ({ findings: [WELL, UNSEEN, SKIPPED] }),
  faulty: () => ({ findings: [WELL, UNSEEN, FAULT] }),
};
