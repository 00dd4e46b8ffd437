const LOOK_EVERY_MS = 5;
const MICROSECONDS_PER_MS = 1_000;

/** Measures the most CPU time that this thread burned without letting a timer run; `stop` gives it in milliseconds. */
export function watchBlocking(): { stop(): number } {
  let longest = 0;
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / MICROSECONDS_PER_MS);
    before = process.threadCpuUsage();
  }, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return longest;
    },
  };
}
