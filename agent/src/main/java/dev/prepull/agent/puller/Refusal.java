package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskGuard.Verdict;
import dev.prepull.model.PullReason;
import java.util.Locale;

/** Why a pull is not allowed to go on. */
sealed interface Refusal {

  /** The word for it. */
  PullReason reason();

  /** The arithmetic, on one line. */
  String message();

  /**
   * The image filesystem has no room.
   *
   * @param missing compressed bytes to fetch; zero when nobody knows
   */
  record NoRoom(Verdict.Lacks verdict, long missing) implements Refusal {
    @Override
    public PullReason reason() {
      return PullReason.DISK_PRESSURE;
    }

    @Override
    public String message() {
      return verdict.arithmetic();
    }
  }

  /**
   * The image is larger than its entry allows, in compressed bytes.
   *
   * @param imageBytes the part that is known
   */
  record TooLarge(long imageBytes, long maxSizeBytes) implements Refusal {
    private static final double MEBIBYTE = 1 << 20;

    @Override
    public PullReason reason() {
      return PullReason.MAX_SIZE_EXCEEDED;
    }

    @Override
    public String message() {
      return "it is at least %s MiB compressed and maxSize is %s MiB"
          .formatted(mebibytes(imageBytes), mebibytes(maxSizeBytes));
    }

    private static String mebibytes(long bytes) {
      return String.format(Locale.ROOT, "%.1f", bytes / MEBIBYTE);
    }
  }
}
