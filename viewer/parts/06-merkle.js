// The tree of RFC 6962 section 2.1. Indexes and sizes are BigInt: they may exceed 2^53.

const leafHash = (bytes) => sha256(Uint8Array.of(0), bytes);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** RFC 9162 section 2.1.3.2. @param {Uint8Array} leaf @param {bigint} index @param {bigint} size @param {Uint8Array[]} path @param {Uint8Array} root */
function checkInclusion(leaf, index, size, path, root) {
  demand(index < size, `index ${index} is outside a tree of ${size} (RFC 9162 2.1.3.2)`);
  let fn = index;
  let sn = size - 1n;
  let hash = leaf;
  for (const step of path) {
    demand(sn !== 0n, "the path is too long (RFC 9162 2.1.3.2)");
    if (fn & 1n || fn === sn) {
      hash = nodeHash(step, hash);
      while (!(fn & 1n) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHash(hash, step);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  demand(sn === 0n, "the path is too short (RFC 9162 2.1.3.2)");
  demand(same(hash, root), `the path leads to root ${hex(hash)}, the checkpoint says ${hex(root)}`);
}

/** RFC 9162 section 2.1.4.2, for 0 < first <= second. */
function checkConsistency(first, second, path, firstRoot, secondRoot) {
  demand(first > 0n && first <= second, `sizes ${first} and ${second}: expected 0 < first <= second (RFC 9162 2.1.4.2)`);
  if (first === second) {
    demand(path.length === 0, "equal sizes need no path");
    demand(same(firstRoot, secondRoot), `two roots at size ${first}: the log was forked`);
    return;
  }
  demand(path.length > 0, "the path is empty (RFC 9162 2.1.4.2)");
  const steps = (first & (first - 1n)) === 0n ? [firstRoot, ...path] : [...path];
  let fn = first - 1n;
  let sn = second - 1n;
  while (fn & 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let fr = steps[0];
  let sr = steps[0];
  for (const step of steps.slice(1)) {
    demand(sn !== 0n, "the path is too long (RFC 9162 2.1.4.2)");
    if (fn & 1n || fn === sn) {
      fr = nodeHash(step, fr);
      sr = nodeHash(step, sr);
      while (!(fn & 1n) && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = nodeHash(sr, step);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  demand(sn === 0n, "the path is too short (RFC 9162 2.1.4.2)");
  demand(same(fr, firstRoot) && same(sr, secondRoot), `the tree of ${second} does not contain the tree of ${first}`);
}
