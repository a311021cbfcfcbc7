/** A run's id: time (UTC), name and four random letters, such as `20260314-151617-demo-k3x9`; sorts by time. */
export function newRunId(name: string, now: Date, random: () => number): string {
  const time = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, "0");
  const safeName = name.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 60);
  return `${time}-${safeName}-${suffix}`;
}
