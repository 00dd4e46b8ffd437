/** Compares what npm installed with what the lock file calls production: neither more nor less. */
export function compareWithLock(lock, installed) {
  const wanted = Object.keys(lock.packages).filter(
    (path) => path !== "" && isProduction(lock.packages[path]),
  );
  const there = new Set(Object.keys(installed.packages));
  const allowed = new Set(wanted);
  return {
    count: there.size,
    missing: wanted.filter((path) => !there.has(path)),
    superfluous: [...there].filter((path) => !allowed.has(path)),
  };
}

function isProduction(entry) {
  return entry.dev !== true && entry.optional !== true && entry.devOptional !== true;
}
