/**
 * Our clock minus the peer's, in milliseconds: the least difference that explains the `Date` header of an answer, 0 when none is
 * needed. The header is cut to whole seconds and was written somewhere between sending and receiving, so a slow
 * answer proves less, never more. Null when the header is missing or no date.
 */
export function skewFrom(dateHeader: string | undefined, sentAt: number, receivedAt: number): number | null {
  const second = Date.parse(dateHeader ?? "");
  if (Number.isNaN(second)) return null;
  const least = sentAt - (second + 999);
  const most = receivedAt - second;
  if (least > 0) return least;
  return most < 0 ? most : 0;
}
