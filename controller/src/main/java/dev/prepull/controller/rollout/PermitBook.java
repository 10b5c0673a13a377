package dev.prepull.controller.rollout;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullPermit.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The permits in use, at most one for each node and image. Each permit that is given or adopted is
 * returned by exactly one of the methods that end permits. Belongs to the reconcile loop.
 */
final class PermitBook {

  /** How long a node may take to say that it works by a permit. */
  static final Duration UNTAKEN_LIMIT = Duration.ofMinutes(2);

  /** A thousand permits a millisecond could be given before ids ran into a later process's. */
  private static final int IDS_PER_MILLI_BITS = 20;

  private final Map<Integer, Map<ImageReference, PermitInUse>> ofNode = new HashMap<>();
  private long lastId;
  private int inUse;

  /** Ids begin with the time, so that no two processes use the same. */
  PermitBook(Instant began) {
    lastId = began.toEpochMilli() << IDS_PER_MILLI_BITS;
  }

  /** A new permit; the node must have none for that image. */
  PermitInUse give(
      int node,
      ImageReference reference,
      Purpose purpose,
      @Nullable ImageDigest lock,
      Instant now) {
    return add(new PermitInUse(++lastId, node, reference, purpose, lock, now, false));
  }

  /** A permit that an earlier process, or an earlier stream, has given. */
  PermitInUse adopt(
      int node, ImageReport report, Purpose purpose, @Nullable ImageDigest lock, Instant now) {
    return add(
        new PermitInUse(report.permit(), node, report.reference(), purpose, lock, now, true));
  }

  private PermitInUse add(PermitInUse permit) {
    PermitInUse before =
        ofNode
            .computeIfAbsent(permit.node(), node -> new HashMap<>())
            .putIfAbsent(permit.reference(), permit);
    if (before != null) {
      throw new IllegalStateException("the node has a permit already: " + before);
    }
    inUse++;
    return permit;
  }

  boolean has(int node, ImageReference reference) {
    return ofNode.getOrDefault(node, Map.of()).containsKey(reference);
  }

  /** Takes in what a node says; the permit that this ends. */
  Optional<PermitInUse> reported(int node, ImageReport report) {
    Map<ImageReference, PermitInUse> permits = ofNode.get(node);
    PermitInUse permit = permits == null ? null : permits.get(report.reference());
    if (permits == null || permit == null) {
      return Optional.empty();
    }
    boolean named = report.permit() == permit.id();
    boolean working = report.state() == ImageState.GRANTED || report.state() == ImageState.PULLING;
    if (working) {
      if (named && !permit.taken()) {
        permits.put(permit.reference(), permit.asTaken());
      }
      return Optional.empty();
    }
    // What was taken and is not worked at any more is over, whatever the report calls it.
    return named || permit.taken() ? end(node, permit.reference()) : Optional.empty();
  }

  /** Ends the node's permit for that image, if it has one. */
  Optional<PermitInUse> end(int node, ImageReference reference) {
    Map<ImageReference, PermitInUse> permits = ofNode.get(node);
    PermitInUse permit = permits == null ? null : permits.remove(reference);
    if (permits != null && permits.isEmpty()) {
      ofNode.remove(node);
    }
    if (permit != null) {
      inUse--;
    }
    return Optional.ofNullable(permit);
  }

  /** Ends all permits of a node, whose stream is gone. */
  Collection<PermitInUse> endAll(int node) {
    Map<ImageReference, PermitInUse> permits = ofNode.remove(node);
    if (permits == null) {
      return List.of();
    }
    inUse -= permits.size();
    return permits.values();
  }

  /**
   * Ends the permits that nodes do not take: an agent that answers otherwise, but never by this
   * permit, would hold it for ever.
   */
  List<PermitInUse> endUntaken(Instant now) {
    Instant limit = now.minus(UNTAKEN_LIMIT);
    List<PermitInUse> untaken = new ArrayList<>();
    for (Map<ImageReference, PermitInUse> permits : ofNode.values()) {
      for (PermitInUse permit : permits.values()) {
        if (!permit.taken() && !permit.given().isAfter(limit)) {
          untaken.add(permit);
        }
      }
    }
    untaken.forEach(permit -> end(permit.node(), permit.reference()));
    return untaken;
  }

  int inUse() {
    return inUse;
  }

  int inUse(int node) {
    return ofNode.getOrDefault(node, Map.of()).size();
  }
}
