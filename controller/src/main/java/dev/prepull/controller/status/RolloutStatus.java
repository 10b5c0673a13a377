package dev.prepull.controller.status;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster sees: the content of {@code status.json} and of {@code /api/v1/status}. The
 * component names are the names in the JSON.
 *
 * @param doctor what operators should know of the way that PrePull is used here, and what to do
 */
public record RolloutStatus(
    Instant observedAt,
    List<String> doctor,
    List<ListStatus> lists,
    Nodes nodes,
    List<ImageStatus> images) {

  /** Copies the lists. */
  public RolloutStatus {
    doctor = List.copyOf(doctor);
    lists = List.copyOf(lists);
    images = List.copyOf(images);
  }

  /**
   * One labelled ConfigMap.
   *
   * @param resourceVersion the version that was last read
   * @param accepted whether that version is in force; if not, the last good one is
   * @param errors why it was not accepted
   * @param warnings what is accepted but deserves a look, such as a Secret that does not exist
   */
  public record ListStatus(
      String name,
      String resourceVersion,
      boolean accepted,
      List<String> errors,
      List<String> warnings) {

    /** Copies the lists. */
    public ListStatus {
      errors = List.copyOf(errors);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * The fleet, in numbers.
   *
   * @param desired nodes that at least one image is meant for
   * @param attached those of them whose agent is connected
   * @param complete those of them that hold their whole plan, with the locked digests
   */
  public record Nodes(int desired, int attached, int complete) {}

  /**
   * One image over all nodes that it is meant for.
   *
   * @param image as written in the list
   * @param lists the ConfigMaps that ask for it
   * @param digest the locked digest, which all nodes shall resolve it to; null until it is known
   * @param lockedAt since when that is the lock; whole seconds
   * @param lockedBy how it was found
   * @param identical whether every targeted node reports exactly that digest
   * @param phase the word of a {@link WaveStatus.Phase}
   * @param stalled why it spreads no further; null while it does
   */
  public record ImageStatus(
      String image,
      List<String> lists,
      @Nullable String digest,
      @Nullable Instant lockedAt,
      @Nullable String lockedBy,
      boolean identical,
      String phase,
      @Nullable String stalled,
      Counts nodes,
      List<Failure> failures) {

    /** Copies the lists. */
    public ImageStatus {
      lists = List.copyOf(lists);
      failures = List.copyOf(failures);
    }
  }

  /**
   * How many nodes are in which state.
   *
   * @param present nodes that hold it; with the locked digest, once that is known
   * @param waiting nodes where the image is missing and not yet being pulled
   * @param drifted nodes that resolve it to another digest than the locked one
   * @param unknown nodes whose agent is not connected
   */
  public record Counts(
      int desired,
      int present,
      int pulling,
      int waiting,
      int failed,
      int blocked,
      int drifted,
      int unknown) {}

  /**
   * Nodes that fail for the same reason.
   *
   * @param message one of their messages
   * @param nodes the first ten
   */
  public record Failure(String reason, int count, String message, List<String> nodes) {

    /** Copies the list. */
    public Failure {
      nodes = List.copyOf(nodes);
    }
  }
}
