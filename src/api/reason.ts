import { z } from "zod";

const REASON_LENGTH = 500;

/** Why a person orders something; kept with what came of it. */
export const reasonSchema = z
  .string()
  .max(REASON_LENGTH, `may have at most ${REASON_LENGTH} characters`)
  .refine((text) => text.trim() !== "", "must say why");
