package dev.prepull.agent.puller.disk;

/**
 * How many bytes on disk a compressed byte becomes on this node, learnt from pulls that ran alone.
 *
 * <p>It rises at once and falls slowly: too high a factor makes a pull wait, too low a one fills
 * the disk.
 *
 * @param value bytes on disk for each compressed byte
 */
public record ExpansionFactor(double value) {

  /** Before anything was learnt: the compressed layer and as much again unpacked. */
  public static final ExpansionFactor INITIAL = new ExpansionFactor(2);

  private static final double LEAST = 1;
  private static final double MOST = 10;
  private static final double FALL = 0.25;
  private static final long TOO_SMALL_TO_TELL = 1 << 20;

  /**
   * What a pull that ran alone teaches; what others write meanwhile blurs it, so it stays within
   * bounds, and a pull of less than 1 MiB teaches nothing.
   *
   * @param missing compressed bytes that it fetched
   * @param written by how much the used space grew
   */
  public ExpansionFactor learn(long missing, long written) {
    if (missing < TOO_SMALL_TO_TELL) {
      return this;
    }
    double seen = Math.clamp((double) written / missing, LEAST, MOST);
    return new ExpansionFactor(seen >= value ? seen : value + (seen - value) * FALL);
  }
}
