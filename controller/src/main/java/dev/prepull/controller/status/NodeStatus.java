package dev.prepull.controller.status;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node as {@code /api/v1/nodes} shows it. The component names are the names in the JSON.
 *
 * @param attached whether its agent is connected; if not, its state is unknown
 * @param runtime such as {@code containerd 1.7.24}; null when no agent has said it
 * @param revision the plan that is meant for the node
 * @param acknowledged the plan that the agent works by; null until it says so
 * @param planError why the agent refused the newest plan; null when it did not
 * @param desired how many images the plan has
 * @param present how many of them the node holds
 * @param images the images one by one; empty where only the summary is asked for
 */
public record NodeStatus(
    String node,
    boolean attached,
    @Nullable String runtime,
    @Nullable String platform,
    @Nullable String agentVersion,
    String revision,
    @Nullable String acknowledged,
    @Nullable String planError,
    int desired,
    int present,
    List<Image> images) {

  /** Copies the list. */
  public NodeStatus {
    images = List.copyOf(images);
  }

  /** The same without the images. */
  public NodeStatus summary() {
    return new NodeStatus(
        node,
        attached,
        runtime,
        platform,
        agentVersion,
        revision,
        acknowledged,
        planError,
        desired,
        present,
        List.of());
  }

  /**
   * One image on the node.
   *
   * @param state the state's word; {@code Unknown} when the agent is not connected
   * @param pullingSince when the pull under way began; null when there is none
   * @param bytesDone compressed bytes; 0 where the runtime does not tell
   */
  public record Image(
      String image,
      String state,
      @Nullable String digest,
      @Nullable Instant pullingSince,
      long sizeBytes,
      long bytesDone,
      long bytesTotal,
      @Nullable String reason,
      @Nullable String message,
      int attempt,
      @Nullable Instant nextRetry) {}
}
