/** Seeds that once showed a defect, of the engine or of the simulation itself; each is played in every test run. */
export const FAILED_SEEDS: readonly number[] = [
  6, 21, 26, 33, 52, 66, 71, 87, 88, 92, 115, 122, 168, 221, 302, 335, 389, 409, 438, 477, 489, 575, 609, 791,
  862, 868, 2011, 3051, 3349, 3555, 3561, 1024, 5103, 5173, 481, 796, 2052, 2228, 2423, 2838, 3661, 4193,
  6005, 6971, 7950, 603, 617, 968, 979, 1486, 473, 879, 990, 1306, 1459, 1782, 3511, 3552, 4374,
];
