/**
 * Shares places out among strata: one for each, then in proportion to their sizes (Webster's method: the next place goes to the greatest
 * size / (2·places + 1)). With fewer places than strata the largest get one. A place more never takes one away from anybody.
 */
export function allocate(sizes: readonly number[], places: number): readonly number[] {
  const shares = sizes.map(() => 0);
  const bySize = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
  const first = bySize.filter((index) => (sizes[index] ?? 0) > 0).slice(0, places);
  for (const index of first) shares[index] = 1;
  for (let left = places - first.length; left > 0 && first.length > 0; left -= 1) {
    const next = first.reduce((best, index) => (quotient(index) > quotient(best) ? index : best));
    shares[next] = (shares[next] ?? 0) + 1;
  }
  return shares;

  function quotient(index: number): number {
    return (sizes[index] ?? 0) / (2 * (shares[index] ?? 0) + 1);
  }
}
