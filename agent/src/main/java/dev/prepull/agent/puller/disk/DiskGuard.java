package dev.prepull.agent.puller.disk;

import java.util.Locale;

/**
 * Whether an image fits: pure arithmetic.
 *
 * <p>An image fits when the filesystem stays below the threshold after everything has been written
 * that this pull and the others still need. The threshold means what the kubelet's {@code
 * imageGCHighThresholdPercent} means, so that a pull that fits never sets off the garbage
 * collection.
 *
 * @param thresholdPercent used space that must not be reached
 */
public record DiskGuard(int thresholdPercent) {

  private static final double MEBIBYTE = 1 << 20;
  private static final int WHOLE = 100;

  /**
   * What pulls are going to write.
   *
   * @param missing compressed bytes that this pull has to fetch
   * @param factor bytes on disk for each compressed one
   * @param others bytes that other running pulls still need, on disk
   */
  public record Need(long missing, double factor, long others) {

    /** Bytes on disk that this pull needs. */
    public long own() {
      return (long) Math.ceil(missing * factor);
    }
  }

  /** What the arithmetic says. */
  public sealed interface Verdict {

    /** There is room. */
    record Fits() implements Verdict {}

    /**
     * There is no room.
     *
     * @param arithmetic the numbers, on one line
     * @param alone whether there would be room if no other pull ran
     */
    record Lacks(String arithmetic, boolean alone) implements Verdict {}
  }

  /** Whether there is room. */
  public Verdict judge(DiskSpace now, Need need) {
    DiskSpace after = now.after(need.own() + need.others());
    if (after.usedPercent() < thresholdPercent) {
      return new Verdict.Fits();
    }
    String others =
        need.others() == 0
            ? ""
            : ", and other pulls still need %s MiB".formatted(mebibytes(need.others()));
    return new Verdict.Lacks(
        "%s MiB to fetch take %s MiB on disk (× %s)%s; of %s MiB %s MiB are free, so %d%% would be used where less than %d%% may be"
            .formatted(
                mebibytes(need.missing()),
                mebibytes(need.own()),
                String.format(Locale.ROOT, "%.1f", need.factor()),
                others,
                mebibytes(now.capacity()),
                mebibytes(now.available()),
                after.usedPercent(),
                thresholdPercent),
        now.after(need.own()).usedPercent() < thresholdPercent);
  }

  /**
   * Whether a pull may run of which nobody knows how much it needs: not when the threshold has been
   * reached, whoever filled the disk.
   *
   * @param others bytes that other running pulls still need, on disk
   */
  public Verdict judge(DiskSpace now, long others) {
    if (now.usedPercent() >= thresholdPercent) {
      return new Verdict.Lacks(
          "of %s MiB %s MiB are free, so %d%% is used where less than %d%% may be"
              .formatted(
                  mebibytes(now.capacity()),
                  mebibytes(now.available()),
                  now.usedPercent(),
                  thresholdPercent),
          false);
    }
    return now.after(others).usedPercent() < thresholdPercent
        ? new Verdict.Fits()
        : new Verdict.Lacks(
            "other pulls may need all of the %s MiB that are free"
                .formatted(mebibytes(now.available())),
            true);
  }

  /** Free bytes at which the threshold is reached. */
  public long thresholdBytes(DiskSpace space) {
    return space.capacity() / WHOLE * (WHOLE - thresholdPercent);
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / MEBIBYTE);
  }
}
