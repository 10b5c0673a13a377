package dev.prepull.agent.puller.disk;

/**
 * What the disk guard saw last.
 *
 * @param on false while the image filesystem cannot be seen, and nothing is held back
 * @param freeBytes available to pulls
 * @param thresholdBytes free bytes at which pulls stop
 * @param factor bytes on disk for each compressed byte
 */
public record DiskReading(boolean on, long freeBytes, long thresholdBytes, double factor) {

  /** Nothing was seen. */
  public static final DiskReading OFF =
      new DiskReading(false, 0, 0, ExpansionFactor.INITIAL.value());
}
