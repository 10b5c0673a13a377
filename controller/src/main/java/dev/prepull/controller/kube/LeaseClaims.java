package dev.prepull.controller.kube;

import dev.prepull.controller.kube.LeaderElection.Candidate;
import dev.prepull.controller.reconcile.LeaderAddress;
import dev.prepull.program.HostPort;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1LeaseSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One candidate's dealings with the Lease; each blocks. Somebody else's Lease is over when it has
 * not changed, as far as could be seen, for the time that its holder has written into it. That time
 * is measured here: clocks of two machines are never compared. A Lease that has disappeared is
 * treated as one that does not change, because its holder will make it again.
 *
 * <p>Used by one thread at a time.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/architecture/leases/">Leases</a>
 */
final class LeaseClaims {

  /** What every controller of the namespace asks for. */
  static final String NAME = "prepull-controller";

  /** How long the others wait for a holder that says nothing. */
  static final Duration DURATION = Duration.ofSeconds(12);

  /** Where the holder is reached, as HOST:PORT. */
  private static final String LINK = "prepull.dev/link";

  private static final String HTTP = "prepull.dev/http";

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int ATTEMPTS = 3;

  private final CoordinationV1Api api;
  private final Candidate candidate;
  private final Supplier<Instant> now;
  private @Nullable Sight seen;

  /** As it was written here last; null when that was not, or is not there any more. */
  private @Nullable V1Lease ours;

  /** What came of asking for the Lease. */
  sealed interface Claim {

    /**
     * It is ours.
     *
     * @param since when that was asked for, in ticks: others count from later on
     */
    record Held(long since) implements Claim {}

    /**
     * It is somebody else's.
     *
     * @param at where that one is reached; empty when it does not say
     * @param left until it is over, if it does not change
     */
    record Refused(String holder, Optional<LeaderAddress> at, Duration left) implements Claim {}

    /** Nobody knows. */
    record Failed(String why) implements Claim {}
  }

  /** Somebody else's Lease as it was seen first, in ticks, in that version. */
  private record Sight(
      String version, String holder, Optional<LeaderAddress> at, long since, Duration duration) {}

  /**
   * Asks through that client.
   *
   * @param now the time, for whoever looks at the Lease
   */
  LeaseClaims(CoordinationV1Api api, Candidate candidate, Supplier<Instant> now) {
    this.api = api;
    this.candidate = candidate;
    this.now = now;
  }

  /** Takes the Lease if it is free, or keeps it. */
  Claim claim() {
    try {
      return ours == null ? take(ATTEMPTS) : renew(ours);
    } catch (ApiException e) {
      return new Claim.Failed(
          "Tried to keep Lease %s/%s but failed: %s. %s"
              .formatted(
                  candidate.namespace(), NAME, KubeFailures.describe(e), KubeFailures.advice(e)));
    }
  }

  private Claim renew(V1Lease kept) throws ApiException {
    try {
      return write(kept);
    } catch (ApiException e) {
      if (e.getCode() != CONFLICT && e.getCode() != NOT_FOUND) {
        throw e;
      }
      // Somebody has changed it or taken it away.
      ours = null;
      return take(ATTEMPTS);
    }
  }

  private Claim take(int attempts) throws ApiException {
    V1Lease found = read();
    Sight others = found == null ? seen : sight(found);
    seen = others;
    if (others != null && left(others).isPositive()) {
      return new Claim.Refused(others.holder(), others.at(), left(others));
    }
    try {
      return write(found);
    } catch (ApiException e) {
      if (e.getCode() != CONFLICT || attempts == 1) {
        throw e;
      }
      // Another controller was faster.
      return take(attempts - 1);
    }
  }

  private Duration left(Sight others) {
    return others.duration().minusNanos(candidate.ticks().getAsLong() - others.since());
  }

  /** Null when it is ours, or nobody's. */
  private @Nullable Sight sight(V1Lease lease) {
    V1LeaseSpec spec = spec(lease);
    String holder = Objects.requireNonNullElse(spec.getHolderIdentity(), "");
    if (holder.isEmpty() || holder.equals(candidate.identity())) {
      return null;
    }
    String version = Objects.requireNonNullElse(metadata(lease).getResourceVersion(), "");
    if (seen != null && seen.version().equals(version)) {
      return seen;
    }
    Integer seconds = spec.getLeaseDurationSeconds();
    return new Sight(
        version,
        holder,
        address(metadata(lease)),
        candidate.ticks().getAsLong(),
        seconds == null ? DURATION : Duration.ofSeconds(seconds));
  }

  private static Optional<LeaderAddress> address(V1ObjectMeta metadata) {
    Map<String, String> annotations =
        Objects.requireNonNullElse(metadata.getAnnotations(), Map.of());
    try {
      return Optional.of(
          new LeaderAddress(
              HostPort.parse(annotations.getOrDefault(LINK, "")),
              HostPort.parse(annotations.getOrDefault(HTTP, ""))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Says where we are reached, and nothing of who held it before. */
  private static void sign(V1ObjectMeta metadata, @Nullable LeaderAddress ours) {
    if (metadata.getAnnotations() != null) {
      metadata.getAnnotations().keySet().removeAll(Set.of(LINK, HTTP));
    }
    if (ours != null) {
      metadata
          .putAnnotationsItem(LINK, ours.link().toString())
          .putAnnotationsItem(HTTP, ours.http().toString());
    }
  }

  private static V1LeaseSpec spec(V1Lease lease) {
    return lease.getSpec() == null ? new V1LeaseSpec() : lease.getSpec();
  }

  private static V1ObjectMeta metadata(V1Lease lease) {
    return lease.getMetadata() == null ? new V1ObjectMeta() : lease.getMetadata();
  }

  private @Nullable V1Lease read() throws ApiException {
    try {
      return api.readNamespacedLease(NAME, candidate.namespace()).execute();
    } catch (ApiException e) {
      if (e.getCode() == NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /** Fails with a conflict when the Lease has changed since it was read. */
  private Claim write(@Nullable V1Lease found) throws ApiException {
    long since = candidate.ticks().getAsLong();
    V1LeaseSpec spec = found == null ? new V1LeaseSpec() : spec(found);
    boolean renewal = candidate.identity().equals(spec.getHolderIdentity());
    Instant at = now.get().truncatedTo(ChronoUnit.MICROS);
    spec.holderIdentity(candidate.identity())
        .leaseDurationSeconds((int) DURATION.toSeconds())
        .renewTime(at.atOffset(ZoneOffset.UTC));
    if (!renewal) {
      Integer before = spec.getLeaseTransitions();
      spec.acquireTime(at.atOffset(ZoneOffset.UTC))
          .leaseTransitions(before == null ? 0 : before + 1);
    }
    V1ObjectMeta metadata = found == null ? newMetadata() : metadata(found);
    sign(metadata, candidate.address());
    if (found == null) {
      ours =
          api.createNamespacedLease(
                  candidate.namespace(), new V1Lease().metadata(metadata).spec(spec))
              .execute();
    } else {
      ours =
          api.replaceNamespacedLease(
                  NAME, candidate.namespace(), found.metadata(metadata).spec(spec))
              .execute();
    }
    seen = null;
    return new Claim.Held(since);
  }

  private V1ObjectMeta newMetadata() {
    return new V1ObjectMeta()
        .name(NAME)
        .namespace(candidate.namespace())
        .putLabelsItem("app.kubernetes.io/managed-by", "prepull-controller");
  }

  /**
   * Lets the others have it at once, unless it is theirs already.
   *
   * @throws ApiException when they have to wait until it is over
   */
  void release() throws ApiException {
    ours = null;
    V1Lease found = read();
    if (found != null && candidate.identity().equals(spec(found).getHolderIdentity())) {
      V1LeaseSpec spec = spec(found).holderIdentity(null).leaseDurationSeconds(1);
      var _ = api.replaceNamespacedLease(NAME, candidate.namespace(), found.spec(spec)).execute();
    }
  }
}
