/**
 * Counts the alerts of each API key that are under way, so that one sender cannot fill an isolate.
 *
 * @param most alerts of one key that may be under way in this isolate. One request always may, however many it brings:
 * a sender must be able to get through.
 */
export function createInFlight(most: number) {
  const counts = new Map<string, number>();
  return {
    /** Whether a key has as many under way as it may: what more it sends need not be read. */
    isFull: (keyId: string): boolean => (counts.get(keyId) ?? 0) >= most,
    /** Lets alerts of a key in, and answers what lets them out again; null when it has too many under way. */
    enter(keyId: string, alerts: number): (() => void) | null {
      const before = counts.get(keyId) ?? 0;
      if (before > 0 && before + alerts > most) return null;
      counts.set(keyId, before + alerts);
      return () => {
        const left = (counts.get(keyId) ?? 0) - alerts;
        if (left > 0) counts.set(keyId, left);
        else counts.delete(keyId);
      };
    },
  };
}
