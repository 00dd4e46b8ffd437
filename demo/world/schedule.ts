/** Says at most once per period that it is time. Slots missed while nobody asked are skipped, not made up for. */
export type Schedule = (now: number) => boolean;

export function every(periodMs: number): Schedule {
  let next = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now < next) return false;
    const onTime = next > Number.NEGATIVE_INFINITY && now - next < periodMs;
    next = (onTime ? next : now) + periodMs;
    return true;
  };
}
