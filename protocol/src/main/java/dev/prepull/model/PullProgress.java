package dev.prepull.model;

/**
 * How far a pull has come, in compressed bytes; zero stands for what the runtime does not tell.
 *
 * @param done bytes that the node holds already
 * @param total bytes of all layers known so far
 */
public record PullProgress(long done, long total) {

  /** Nothing is known. */
  public static final PullProgress UNKNOWN = new PullProgress(0, 0);
}
