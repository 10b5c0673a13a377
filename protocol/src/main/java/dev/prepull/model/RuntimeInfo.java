package dev.prepull.model;

/**
 * A container runtime, in its own words.
 *
 * @param name such as {@code containerd}, {@code cri-o} or {@code docker}
 */
public record RuntimeInfo(String name, String version) {

  @Override
  public String toString() {
    return name + " " + version;
  }
}
