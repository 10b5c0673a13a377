package dev.prepull.agent.puller.disk;

/**
 * How full a filesystem is.
 *
 * @param capacity all bytes of it
 * @param available bytes that an ordinary process may still write
 */
public record DiskSpace(long capacity, long available) {

  private static final int WHOLE = 100;

  /**
   * How much is used, in percent, by the formula with which the kubelet decides to collect images:
   * what is available is rounded down, so what is used is rounded up.
   *
   * @see <a
   *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/image_gc_manager.go">
   *     the kubelet's image garbage collection</a>
   */
  public int usedPercent() {
    return capacity <= 0 ? WHOLE : WHOLE - (int) (Math.max(0, available) * WHOLE / capacity);
  }

  /** The same after that many more bytes were written; never less than nothing is available. */
  public DiskSpace after(long written) {
    return new DiskSpace(capacity, Math.max(0, available - Math.max(0, written)));
  }

  /** Bytes that are not available. */
  public long used() {
    return capacity - available;
  }
}
